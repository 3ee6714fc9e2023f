using System.Globalization;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Schema;
using CsCheck;

namespace CryptoInsight.Delta.Tests.Data;

public sealed class CanonicalValueSpecs
{
    // Expectations from ECMAScript's Number::toString.
    [Theory]
    [InlineData(0.0, "0")]
    [InlineData(1.0, "1")]
    [InlineData(-1.5, "-1.5")]
    [InlineData(100.0, "100")]
    [InlineData(123456789.125, "123456789.125")]
    [InlineData(1e20, "100000000000000000000")]
    [InlineData(1e21, "1e+21")]
    [InlineData(1.5e300, "1.5e+300")]
    [InlineData(0.000001, "0.000001")]
    [InlineData(0.0000001, "1e-7")]
    [InlineData(1.25e-10, "1.25e-10")]
    [InlineData(5e-324, "5e-324")]
    [InlineData(1.7976931348623157e308, "1.7976931348623157e+308")]
    [InlineData(double.NaN, "\"NaN\"")]
    [InlineData(double.NegativeInfinity, "\"-Infinity\"")]
    public void Fractions_look_as_in_ecmascript(double value, string expected) => Assert.Equal($$"""{"v":{{expected}}}""", Line(DataType.Double, value));

    [Fact]
    public void Negative_zero_is_zero() => Assert.Equal("""{"v":0}""", Line(DataType.Double, -0.0));

    [Theory]
    [InlineData(0.1f, "0.1")]
    [InlineData(16777216f, "16777216")]
    [InlineData(3.4028235e38f, "3.4028235e+38")]
    public void Short_fractions_have_their_own_shortest_digits(float value, string expected) => Assert.Equal($$"""{"v":{{expected}}}""", Line(DataType.Float, (double)value));

    [Fact]
    public void Every_fraction_reads_back_as_itself() => Gen.Double.Where(d => double.IsFinite(d) && d != 0).Sample(d =>
        Assert.Equal(d, double.Parse(CanonicalValue.Fraction(d.ToString("R", CultureInfo.InvariantCulture)), NumberStyles.Float, CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData(0L, "1970-01-01")]
    [InlineData(-1L, "1969-12-31")]
    [InlineData(19782L, "2024-02-29")]
    [InlineData(2932896L, "9999-12-31")]
    [InlineData(2932897L, "+10000-01-01")]
    [InlineData(-719162L, "0001-01-01")]
    [InlineData(-719528L, "0000-01-01")]
    public void Dates_are_proleptic_gregorian(long days, string expected) => Assert.Equal($$"""{"v":"{{expected}}"}""", Line(DataType.Date, days));

    [Fact]
    public void Instants_before_the_epoch_keep_their_micros()
    {
        Assert.Equal("""{"v":"1969-12-31T23:59:59.999999Z"}""", Line(DataType.Timestamp, -1L));
        Assert.Equal("""{"v":"1970-01-01T00:00:00.000001"}""", Line(DataType.TimestampNtz, 1L));
    }

    [Theory]
    [InlineData(-5L, "-0.05")]
    [InlineData(0L, "0.00")]
    [InlineData(12345L, "123.45")]
    public void Decimals_have_all_digits_of_their_scale(long unscaled, string expected) => Assert.Equal($$"""{"v":"{{expected}}"}""", Line(new DecimalType(9, 2), unscaled));

    [Fact]
    public void Text_is_escaped_as_json_stringify_does() =>
        Assert.Equal("""{"v":"a\"\\\b\f\n\r\t\u0001é漢🙂/"}""", Line(DataType.String, "a\"\\\b\f\n\r\t\u0001é漢🙂/"));

    [Fact]
    public void Maps_are_sorted_by_the_text_of_their_keys() =>
        Assert.Equal("""{"v":[["a",1],["b",null]]}""", Line(new MapType(DataType.String, DataType.Integer, true), new object?[] { new object?[] { "b", null }, new object?[] { "a", 1L } }));

    private static string Line(DataType type, object value)
    {
        StructType schema = new([new StructField("v", type)]);
        return Assert.Single(CanonicalRows.Lines(RowBatches.Of(schema, [[value]]), schema));
    }
}
