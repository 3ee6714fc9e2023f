using System.Globalization;
using System.Text;
using CryptoInsight.Sources.Binance;
using CsCheck;

namespace CryptoInsight.Sources.Tests.Binance;

public class KlineParserProperties
{
    [Fact]
    public void Every_decimal_text_is_the_nearest_double() =>
        Gen.Select(Gen.ULong, Gen.Int[0, 19], Gen.Bool).Sample((digits, point, negative) =>
        {
            string text = digits.ToString(CultureInfo.InvariantCulture).PadLeft(point + 1, '0');
            text = point == 0 ? text : text.Insert(text.Length - point, ".");
            text = negative ? "-" + text : text;

            Assert.True(DecimalText.TryRead(Encoding.UTF8.GetBytes(text), out double value));
            Assert.Equal(double.Parse(text, CultureInfo.InvariantCulture) + 0.0, value);
        }, iter: 20_000);

    [Fact]
    public void Every_short_decimal_text_is_the_nearest_double() =>
        Gen.Select(Gen.Long[0, 10_000_000_000_000_000], Gen.Int[0, 12]).Sample((digits, point) =>
        {
            string text = digits.ToString(CultureInfo.InvariantCulture).PadLeft(point + 1, '0');
            text = point == 0 ? text : text.Insert(text.Length - point, ".");

            Assert.True(DecimalText.TryRead(Encoding.UTF8.GetBytes(text), out double value));
            Assert.Equal(double.Parse(text, CultureInfo.InvariantCulture), value);
        }, iter: 20_000);

    [Fact]
    public void Every_text_time_is_read_as_the_framework_reads_it() =>
        Gen.Select(Gen.Long[1_230_940_800_000, 4_102_444_799_999], Gen.Int[-14 * 4, 14 * 4]).Sample((ms, quarters) =>
        {
            DateTimeOffset instant = DateTimeOffset.FromUnixTimeMilliseconds(ms).ToOffset(TimeSpan.FromMinutes(15 * quarters));
            string text = instant.ToString("yyyy-MM-dd HH:mm:ss.fffzzz", CultureInfo.InvariantCulture);

            Assert.True(VenueTimeText.TryRead(Encoding.UTF8.GetBytes(text), out UnixMicros time), text);
            Assert.Equal(ms, time.Milliseconds);
        }, iter: 5_000);

    [Fact]
    public void No_bytes_whatever_make_the_parser_throw() =>
        Gen.Select(Gen.Int[0, RawRows.Good.Length - 1], Gen.Int[0, 20], Gen.Char.Array[0, 8]).Sample((at, cut, put) =>
        {
            string json = RawRows.Good[..at] + new string(put) + RawRows.Good[Math.Min(RawRows.Good.Length, at + cut)..];

            Assert.NotNull(RawRows.Read(json));
        }, iter: 20_000);
}
