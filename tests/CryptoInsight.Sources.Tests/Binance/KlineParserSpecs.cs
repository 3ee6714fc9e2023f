using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Sources.Tests.Binance;

public class KlineParserSpecs
{
    [Fact]
    public void A_row_of_the_exchange_becomes_a_candle_with_every_column()
    {
        Candle candle = RawRows.Candle(RawRows.Good);

        Assert.Equal(new Candle(
            UnixMicros.FromMilliseconds(1735516800000), 93738.19, 93782.38, 93510, 93720.44, 202.77714,
            UnixMicros.FromMilliseconds(1735517699999), 18986363.9868894, 64965, 103.98349, 9736008.8183313), candle);
    }

    [Fact]
    public void Provenance_is_that_of_the_raw_row()
    {
        RawCandle raw = RawRows.Raw(RawRows.Good, openTimeMs: 1735516800000);

        SilverCandle silver = Assert.IsType<KlineReading.Parsed>(KlineParser.Read(raw, KlineWireSchema.Binance)).Candle;

        Assert.Equal((raw.Symbol, raw.Interval, raw.IngestTime, raw.Source), (silver.Symbol, silver.Interval, silver.IngestTime, silver.Source));
    }

    [Theory]
    [InlineData("\"NaN\"")]
    [InlineData("\"Infinity\"")]
    [InlineData("\"-Infinity\"")]
    [InlineData("\"1,234.5\"")]
    [InlineData("\"0x1F\"")]
    [InlineData("\" 1.5\"")]
    [InlineData("\"1.5 \"")]
    [InlineData("\"+1.5\"")]
    [InlineData("\"1.5.2\"")]
    [InlineData("\".5\"")]
    [InlineData("\"5.\"")]
    [InlineData("\"\"")]
    [InlineData("\"-\"")]
    [InlineData("\"1e\"")]
    [InlineData("\"1e999\"")]
    [InlineData("\"١٢\"")]
    [InlineData("\"1\\u0030\"")]
    [InlineData("true")]
    [InlineData("[1]")]
    [InlineData("{\"a\":1}")]
    public void A_price_that_is_no_plain_decimal_is_a_cast_fault(string price)
    {
        (string code, string message) = RawRows.Fault(RawRows.With(4, price));

        Assert.Equal(KlineFault.Cast, code);
        Assert.Contains("Element 4 (close)", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"1e-7\"", 1e-7)]
    [InlineData("93720.44", 93720.44)]
    [InlineData("\"-0.0\"", 0.0)]
    [InlineData("\"0.00000001\"", 0.00000001)]
    public void Decimals_may_be_numbers_or_texts(string price, double expected) =>
        Assert.Equal(BitConverter.DoubleToInt64Bits(expected), BitConverter.DoubleToInt64Bits(RawRows.Candle(RawRows.With(4, price)).Close));

    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    public void Only_what_a_source_may_lack_may_be_null(int element)
    {
        Candle candle = RawRows.Candle(RawRows.With(element, "null"));

        Assert.Equal(element == 7, candle.QuoteVolume is null);
        Assert.Equal(element == 8, candle.Trades is null);
        Assert.Equal(element == 9, candle.TakerBuyBase is null);
        Assert.Equal(element == 10, candle.TakerBuyQuote is null);
    }

    [Theory]
    [InlineData(0, "open_time")]
    [InlineData(1, "open")]
    [InlineData(5, "volume")]
    public void A_null_where_every_candle_has_a_value_is_a_missing_element(int element, string name)
    {
        (string code, string message) = RawRows.Fault(RawRows.With(element, "null"));

        Assert.Equal(KlineFault.MissingElement, code);
        Assert.Contains($"{name} (element {element})", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_that_is_too_short_lacks_elements()
    {
        (string code, string message) = RawRows.Fault("[1735516800000,\"1\",\"1\",\"1\",\"1\",\"1\",1735517699999,\"1\"]");

        Assert.Equal(KlineFault.MissingElement, code);
        Assert.Equal("The row lacks trades (element 8), taker_buy_base (element 9), taker_buy_quote (element 10).", message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[")]
    [InlineData("[1735516800000,\"1\"")]
    [InlineData("nonsense")]
    [InlineData("[1735516800000,]")]
    [InlineData("17")]
    [InlineData("null")]
    public void What_is_no_array_and_no_object_is_a_json_fault(string json) =>
        Assert.Equal(KlineFault.Json, RawRows.Fault(json).Code);

    [Fact]
    public void Bytes_behind_the_row_are_a_json_fault() =>
        Assert.Equal(KlineFault.Json, RawRows.Fault(RawRows.Good + "x").Code);

    [Fact]
    public void A_text_is_a_row_that_could_not_be_split()
    {
        (string code, string message) = RawRows.Fault("\"1735516800000;\\u001b[2J1.0\"");

        Assert.Equal(KlineFault.Unsplittable, code);
        Assert.DoesNotContain('\u001b', message);
    }

    [Theory]
    [InlineData("1735516800")] // seconds
    [InlineData("-1")]
    [InlineData("17355168000000000000")]
    [InlineData("9000000000000")] // year 2255
    [InlineData("9007199254740993000")]
    [InlineData("1735516800000.0")]
    [InlineData("01735516800000")]
    [InlineData("\"yesterday\"")]
    [InlineData("\"2025-02-30 00:00:00\"")]
    [InlineData("\"2025-01-01 24:00:00\"")]
    public void A_time_that_no_market_has_is_a_time_fault(string time) =>
        Assert.True(RawRows.Fault(RawRows.With(0, time)).Code is KlineFault.Time or KlineFault.Json);

    [Fact]
    public void Microseconds_and_iso_texts_name_the_same_instant_as_milliseconds()
    {
        UnixMicros expected = UnixMicros.FromMilliseconds(1735516800000);

        Assert.Equal(expected, RawRows.Candle(RawRows.With(0, "1735516800000000")).OpenTime);
        Assert.Equal(expected, RawRows.Candle(RawRows.With(0, "\"1735516800000\"")).OpenTime);
        Assert.Equal(expected, RawRows.Candle(RawRows.With(0, "\"2024-12-30 00:00:00\"")).OpenTime);
        Assert.Equal(expected, RawRows.Candle(RawRows.With(0, "\"2024-12-30T09:00:00+09:00\"")).OpenTime);
        Assert.Equal(expected, RawRows.Candle(RawRows.With(0, "\"2024-12-30\"")).OpenTime);
    }

    [Fact]
    public void A_close_time_cut_short_by_an_outage_is_kept() =>
        Assert.Equal(1735516858146_000, RawRows.Candle(RawRows.With(6, "1735516858146")).CloseTime.Value);

    [Theory]
    [InlineData("15m", 1735517699999)]
    [InlineData("1M", 1735689599999)]
    public void A_close_time_that_the_source_lacks_is_the_last_millisecond_of_the_interval(string interval, long expectedMs)
    {
        long openMs = interval == "1M" ? 1733011200000 : 1735516800000;
        string json = RawRows.With(6, "null").Replace("1735516800000", openMs.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);

        Assert.Equal(expectedMs * 1000, RawRows.Candle(json, interval).CloseTime.Value);
    }

    [Fact]
    public void A_row_keyed_by_another_open_time_is_a_time_fault()
    {
        RawCandle raw = RawRows.Raw(RawRows.Good, openTimeMs: 1735516800000 + 900_000);

        Assert.Equal(KlineFault.Time, Assert.IsType<KlineReading.Faulty>(KlineParser.Read(raw, KlineWireSchema.Binance)).Code);
    }

    [Fact]
    public void A_row_without_a_key_is_read_once_the_schema_can_read_it() =>
        Assert.IsType<KlineReading.Parsed>(RawRows.Read(RawRows.Good));

    [Fact]
    public void The_object_of_the_kline_stream_is_read_by_its_field_names()
    {
        const string frame = """
            {"t":1735516800000,"T":1735517699999,"s":"BTCUSDT","i":"15m","f":1,"L":9,"o":"93738.19","c":"93720.44","h":"93782.38","l":"93510.00","v":"202.77714",
             "n":64965,"x":true,"q":"18986363.98688940","V":"103.98349","Q":"9736008.81833130","B":"0","new":[1,2]}
            """;

        Assert.Equal(RawRows.Candle(RawRows.Good), RawRows.Candle(frame));
    }

    [Fact]
    public void A_field_named_twice_is_a_json_fault() =>
        Assert.Equal(KlineFault.Json, RawRows.Fault("""{"t":1735516800000,"t":1735516800000}""").Code);

    [Fact]
    public void An_element_beyond_the_schema_changes_nothing()
    {
        string json = RawRows.Good[..^1] + ",\"surprise\",{\"deep\":[1]}]";

        Assert.Equal(RawRows.Candle(RawRows.Good), RawRows.Candle(json));
    }

    [Theory]
    [InlineData(WireType.Decimal, "\"0.25\"", 0.25)]
    [InlineData(WireType.Integer, "7", 7L)]
    [InlineData(WireType.Text, "\"a\\\"b\"", "a\"b")]
    [InlineData(WireType.Text, "12.50", "12.50")]
    [InlineData(WireType.Boolean, "true", true)]
    [InlineData(WireType.Decimal, "null", null)]
    public void A_column_that_an_operator_added_is_read_with_its_type(WireType type, string json, object? expected)
    {
        KlineWireSchema schema = KlineWireSchema.Binance.With(new WireColumn("extra", 12, "E", type));

        KlineReading reading = RawRows.Read($"{RawRows.Good[..^1]},{json}]", schema: schema);

        Assert.Equal([expected], Assert.IsType<KlineReading.Parsed>(reading).Extra);
    }

    [Fact]
    public void An_added_column_is_null_for_the_rows_from_before() =>
        Assert.Equal([null], Assert.IsType<KlineReading.Parsed>(RawRows.Read(RawRows.Good, schema: KlineWireSchema.Binance.With(new WireColumn("extra", 12, null, WireType.Decimal)))).Extra);

    [Fact]
    public void An_added_column_of_the_wrong_type_is_a_cast_fault()
    {
        KlineWireSchema schema = KlineWireSchema.Binance.With(new WireColumn("extra", 12, null, WireType.Text));

        Assert.Equal(KlineFault.Cast, RawRows.Fault(RawRows.Good[..^1] + ",\"\\ud800\"]", schema: schema).Code);
        Assert.Equal(KlineFault.Cast, RawRows.Fault(RawRows.Good[..^1] + ",[1]]", schema: schema).Code);
    }

    [Fact]
    public void A_very_long_row_is_judged_too() =>
        Assert.Equal(KlineFault.Cast, RawRows.Fault(RawRows.With(1, $"\"{new string('9', 5_000_000)}\"")).Code);
}
