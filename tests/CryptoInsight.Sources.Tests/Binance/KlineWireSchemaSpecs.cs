using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Sources.Tests.Binance;

public class KlineWireSchemaSpecs
{
    [Fact]
    public void Binance_gives_twelve_elements_and_no_extra_columns()
    {
        Assert.Equal(12, KlineWireSchema.Binance.ElementCount);
        Assert.Empty(KlineWireSchema.Binance.ExtraColumns);
        Assert.True(KlineWireSchema.Binance.KnowsElement(11));
        Assert.False(KlineWireSchema.Binance.KnowsElement(12));
    }

    [Fact]
    public void An_added_column_takes_the_place_of_an_ignored_one()
    {
        KlineWireSchema schema = KlineWireSchema.Binance.With(new WireColumn("bonus", 11, null, WireType.Decimal));

        Assert.Equal(["bonus"], schema.ExtraColumns.Select(c => c.Name));
        Assert.Equal([0.0], Assert.IsType<KlineReading.Parsed>(RawRows.Read(RawRows.Good, schema: schema)).Extra);
    }

    [Fact]
    public void Every_fault_is_told_at_once()
    {
        ArgumentException e = Assert.Throws<ArgumentException>(() => new KlineWireSchema(
        [
            new("open_time", 0, null, WireType.Decimal),
            new("open", 1, null, WireType.Decimal),
            new("high", 1, null, WireType.Decimal),
            new("x", null, null, WireType.Text),
            new("y", 999, null, WireType.Text),
        ]));

        Assert.Contains("column open_time must be of type timestamp, not double", e.Message, StringComparison.Ordinal);
        Assert.Contains("element 1 is claimed twice", e.Message, StringComparison.Ordinal);
        Assert.Contains("column x has neither an element nor a field name", e.Message, StringComparison.Ordinal);
        Assert.Contains("column y wants element 999", e.Message, StringComparison.Ordinal);
        Assert.Contains("column low is missing", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Elements_may_stand_in_another_order()
    {
        KlineWireSchema schema = new([.. KlineWireSchema.Binance.Columns.Select(c => c.Element is { } e and < 11 ? c with { Element = 10 - e } : c)]);
        string reversed = $"[{string.Join(',', RawRows.Good[1..^1].Split(',')[..11].Reverse())},\"0\"]";

        KlineReading reading = RawRows.Read(reversed, schema: schema);

        Assert.Equal(RawRows.Candle(RawRows.Good), Assert.IsType<KlineReading.Parsed>(reading).Candle.Candle);
        Assert.Equal(UnixMicros.FromMilliseconds(1735516800000), KlineRowText.OpenTimeOf(System.Text.Encoding.UTF8.GetBytes(reversed), schema));
    }
}
