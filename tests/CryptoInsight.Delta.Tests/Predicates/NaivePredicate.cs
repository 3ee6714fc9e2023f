using System.Globalization;
using System.Text;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Tests.Predicates;

/// <summary>SQL's three-valued logic over plain values, written to be obviously right.</summary>
internal static class NaivePredicate
{
    public static bool? Evaluate(Predicate predicate, StructType schema, object?[] row) => predicate switch
    {
        Predicate.Compare c => At(schema, row, c.Column) is not object v ? null : Holds(Order(v, c.Literal, schema.Find(c.Column)!.Type), c.Op),
        Predicate.In i => At(schema, row, i.Column) is not object v ? null : i.Literals.Any(l => Order(v, l, schema.Find(i.Column)!.Type) == 0),
        Predicate.IsNull n => At(schema, row, n.Column) is null,
        Predicate.And a => Fold(a.Terms.Select(t => Evaluate(t, schema, row)), decisive: false),
        Predicate.Or o => Fold(o.Terms.Select(t => Evaluate(t, schema, row)), decisive: true),
        Predicate.Not n => !Evaluate(n.Term, schema, row),
        _ => throw new InvalidOperationException("The union is closed."),
    };

    private static bool? Fold(IEnumerable<bool?> terms, bool decisive)
    {
        bool?[] all = [.. terms];
        return all.Contains(decisive) ? decisive : all.Contains(null) ? null : !decisive;
    }

    private static object? At(StructType schema, object?[] row, string column) => row[schema.Fields.ToList().FindIndex(f => f.Name == column)];

    private static bool Holds(int order, Comparison op) => op switch
    {
        Comparison.Equal => order == 0,
        Comparison.NotEqual => order != 0,
        Comparison.Less => order < 0,
        Comparison.LessOrEqual => order <= 0,
        Comparison.Greater => order > 0,
        _ => order >= 0,
    };

    private static int Order(object value, object literal, DataType type) => (type, value, literal) switch
    {
        (DecimalType d, _, decimal l) => Decimal(value is Int128 w ? w : Convert.ToInt64(value, CultureInfo.InvariantCulture), d.Scale, l),
        (DecimalType d, _, _) => Decimal(value is Int128 w ? w : Convert.ToInt64(value, CultureInfo.InvariantCulture), d.Scale, Convert.ToDecimal(literal, CultureInfo.InvariantCulture)),
        (_, string a, string b) => Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b)),
        (_, byte[] a, byte[] b) => a.AsSpan().SequenceCompareTo(b),
        (_, bool a, bool b) => a.CompareTo(b),
        (_, double a, double b) => double.IsNaN(a) ? (double.IsNaN(b) ? 0 : 1) : double.IsNaN(b) ? -1 : a < b ? -1 : a > b ? 1 : 0,
        (_, long a, long b) => a.CompareTo(b),
        _ => throw new InvalidOperationException($"{value.GetType()} against {literal.GetType()}"),
    };

    private static int Decimal(Int128 unscaled, int scale, decimal literal)
    {
        System.Numerics.BigInteger left = (System.Numerics.BigInteger)unscaled * System.Numerics.BigInteger.Pow(10, 28);
        int[] bits = decimal.GetBits(literal);
        System.Numerics.BigInteger magnitude = (uint)bits[0] + ((System.Numerics.BigInteger)(uint)bits[1] << 32) + ((System.Numerics.BigInteger)(uint)bits[2] << 64);
        System.Numerics.BigInteger right = (bits[3] < 0 ? -magnitude : magnitude) * System.Numerics.BigInteger.Pow(10, scale + 28 - ((bits[3] >> 16) & 0xFF));
        return left.CompareTo(right);
    }
}
