using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Predicates;

/// <summary>Whether a column may be null in a set of rows.</summary>
internal enum NullState
{
    /// <summary>Nothing is known.</summary>
    Unknown,

    /// <summary>No row is null.</summary>
    None,

    /// <summary>Some rows may be, some may not.</summary>
    Some,

    /// <summary>Every row is null.</summary>
    All,
}

/// <summary>What is known of a column in a set of rows: every non-null value lies in [Min, Max]; a bound that is null is unknown.</summary>
/// <remarks>Bounds of fractions do not count NaN, because writers disagree about it: a maximum never speaks against "greater than".</remarks>
internal readonly record struct ColumnBounds(Value? Min, Value? Max, NullState Nulls)
{
    public static ColumnBounds Unknown => default;

    public static ColumnBounds OnlyNulls => new(null, null, NullState.All);

    /// <summary>Whether the bounds are the value itself (partition values), so that NaN is counted.</summary>
    public bool Exact { get; init; }

    public static ColumnBounds Single(Value value) => new(value, value, NullState.None) { Exact = true };
}

/// <summary>Where bounds come from: a file's partition values and statistics, or a row group's footer.</summary>
internal interface IColumnBounds
{
    /// <summary>What is known of a top-level column.</summary>
    ColumnBounds Of(StructField column);
}
