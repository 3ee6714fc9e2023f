namespace CryptoInsight.Delta.Predicates;

/// <summary>A condition on columns, with SQL's three-valued logic: prunes partitions, files and row groups, and filters rows exactly.</summary>
/// <remarks>Literals: long (all integer types, dates as days, timestamps as micros), double, decimal, string, bool, byte[].</remarks>
public abstract record Predicate
{
    private protected Predicate()
    {
    }

    /// <summary>Column compared with a literal.</summary>
    public sealed record Compare(string Column, Comparison Op, object Literal) : Predicate;

    /// <summary>Column equal to one of the literals.</summary>
    public sealed record In(string Column, IReadOnlyCollection<object> Literals) : Predicate;

    /// <summary>Column is null.</summary>
    public sealed record IsNull(string Column) : Predicate;

    /// <summary>All hold.</summary>
    public sealed record And(IReadOnlyList<Predicate> Terms) : Predicate;

    /// <summary>At least one holds.</summary>
    public sealed record Or(IReadOnlyList<Predicate> Terms) : Predicate;

    /// <summary>The term does not hold.</summary>
    public sealed record Not(Predicate Term) : Predicate;

    /// <summary>column = literal.</summary>
    public static Predicate Equal(string column, object literal) => new Compare(column, Comparison.Equal, literal);

    /// <summary>low &lt;= column &lt;= high.</summary>
    public static Predicate Between(string column, object low, object high) =>
        new And([new Compare(column, Comparison.GreaterOrEqual, low), new Compare(column, Comparison.LessOrEqual, high)]);

    /// <summary>All of the terms.</summary>
    public static Predicate All(params Predicate[] terms) => new And(terms);

    /// <summary>Any of the terms.</summary>
    public static Predicate Any(params Predicate[] terms) => new Or(terms);
}

/// <summary>How a column is compared.</summary>
public enum Comparison
{
    /// <summary>=</summary>
    Equal,

    /// <summary>&lt;&gt;</summary>
    NotEqual,

    /// <summary>&lt;</summary>
    Less,

    /// <summary>&lt;=</summary>
    LessOrEqual,

    /// <summary>&gt;</summary>
    Greater,

    /// <summary>&gt;=</summary>
    GreaterOrEqual,
}
