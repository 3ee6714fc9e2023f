using System.Globalization;
using System.Text;

namespace CryptoInsight.Delta.Predicates;

/// <summary>One non-null value of a column, in the order that its column has: whole numbers (dates, instants and unscaled decimals too), fractions, or bytes (text as UTF-8).</summary>
internal readonly struct Value : IComparable<Value>
{
    private readonly Kind _kind;
    private readonly Int128 _whole;
    private readonly double _fraction;
    private readonly byte[]? _bytes;

    private Value(Kind kind, Int128 whole, double fraction, byte[]? bytes)
    {
        _kind = kind;
        _whole = whole;
        _fraction = fraction;
        _bytes = bytes;
    }

    private enum Kind : byte
    {
        Whole,
        Fraction,
        Bytes,
    }

    public Int128 Whole => _whole;

    public double Fraction => _fraction;

    public ReadOnlySpan<byte> Bytes => _bytes;

    public bool IsFraction => _kind == Kind.Fraction;

    public bool IsNaN => _kind == Kind.Fraction && double.IsNaN(_fraction);

    public static Value Of(long value) => new(Kind.Whole, value, 0, null);

    public static Value Of(Int128 value) => new(Kind.Whole, value, 0, null);

    public static Value Of(bool value) => new(Kind.Whole, value ? 1 : 0, 0, null);

    public static Value Of(double value) => new(Kind.Fraction, 0, value, null);

    public static Value Of(byte[] value) => new(Kind.Bytes, 0, 0, value);

    public static Value Of(string value) => Of(Encoding.UTF8.GetBytes(value));

    /// <summary>SQL's order: NaN equals itself and is greater than every number, -0 equals 0, text is ordered by UTF-8 bytes.</summary>
    public int CompareTo(Value other)
    {
        if (_kind != other._kind)
        {
            throw new InvalidOperationException("Values of two kinds of column have no order.");
        }

        return _kind switch
        {
            Kind.Whole => _whole.CompareTo(other._whole),
            Kind.Fraction => CompareFractions(_fraction, other._fraction),
            _ => _bytes.AsSpan().SequenceCompareTo(other._bytes),
        };
    }

    public static int CompareFractions(double a, double b) =>
        a < b ? -1 : a > b ? 1 : a == b ? 0 : double.IsNaN(a) ? (double.IsNaN(b) ? 0 : 1) : -1;

    public override string ToString() => _kind switch
    {
        Kind.Whole => _whole.ToString(CultureInfo.InvariantCulture),
        Kind.Fraction => _fraction.ToString("R", CultureInfo.InvariantCulture),
        _ => $"{_bytes!.Length} bytes",
    };
}
