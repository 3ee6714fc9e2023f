namespace CryptoInsight.Domain.Market;

/// <summary>The values of the columns that an operator added to Silver, in the table's order; a column beyond the last value is null.</summary>
/// <remarks>Immutable, compared by value. Kinds: null, string, long, int, double, bool, <see cref="UnixMicros"/>. A column holds one kind.</remarks>
public sealed class ExtraValues : IEquatable<ExtraValues>, IComparable<ExtraValues>
{
    private readonly object?[] _values;

    private ExtraValues(object?[] values) => _values = values;

    /// <summary>No column was added, or all of them are null.</summary>
    public static ExtraValues None { get; } = new([]);

    /// <summary>How many values there are up to the last that is not null.</summary>
    public int Count => _values.Length;

    /// <summary>The value of a column by its place among the added ones, or null.</summary>
    public object? this[int column] => column < _values.Length ? _values[column] : null;

    /// <summary>The values of a row; <see cref="ArgumentException"/> for a kind that no column has.</summary>
    public static ExtraValues Of(ReadOnlySpan<object?> values)
    {
        while (values.Length > 0 && values[^1] is null)
        {
            values = values[..^1]; // so that a row is the same before and after a column is added
        }

        foreach (object? value in values)
        {
            if (value is not (null or string or long or int or double or bool or UnixMicros))
            {
                throw new ArgumentException($"A column of Silver cannot hold a {value.GetType().Name}.", nameof(values));
            }
        }

        return values.Length == 0 ? None : new ExtraValues(values.ToArray());
    }

    /// <summary>Column by column, nulls first, text by UTF-16 unit, numbers by IEEE 754 total order.</summary>
    public int CompareTo(ExtraValues? other)
    {
        if (other is null)
        {
            return 1;
        }

        for (int i = 0; i < Math.Max(Count, other.Count); i++)
        {
            int order = Compare(this[i], other[i]);
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }

    /// <inheritdoc/>
    public bool Equals(ExtraValues? other) => other is not null && CompareTo(other) == 0;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ExtraValues);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (object? value in _values)
        {
            hash.Add(value is double number ? BitConverter.DoubleToInt64Bits(number) : value);
        }

        return hash.ToHashCode();
    }

    private static int Compare(object? x, object? y) => (x, y) switch
    {
        (null, null) => 0,
        (null, _) => -1,
        (_, null) => 1,
        (string a, string b) => string.CompareOrdinal(a, b),
        (long a, long b) => a.CompareTo(b),
        (int a, int b) => a.CompareTo(b),
        (double a, double b) => TotalOrder.Compare(a, b),
        (bool a, bool b) => a.CompareTo(b),
        (UnixMicros a, UnixMicros b) => a.CompareTo(b),
        _ => string.CompareOrdinal(x.GetType().Name, y.GetType().Name), // total even where a column changed its kind
    };
}
