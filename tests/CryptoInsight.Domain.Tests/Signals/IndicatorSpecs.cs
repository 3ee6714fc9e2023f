using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using static CryptoInsight.Domain.Tests.Candles;

namespace CryptoInsight.Domain.Tests.Signals;

public sealed class IndicatorSpecs
{
    private static IReadOnlyList<SignalRow> Rows(params double[] closes) => SymbolTransitions.Rows(Btc, Series("1h", closes), Context("1h=[1h]"));

    private static double[] Repeat(double close, int count) => [.. Enumerable.Repeat(close, count)];

    [Fact]
    public void Rsi_is_unknown_in_the_first_fourteen_buckets_and_known_in_the_fifteenth()
    {
        IReadOnlyList<SignalRow> rows = Rows([.. Enumerable.Range(1, 20).Select(i => (double)(i % 5))]);
        Assert.All(rows.Take(14), row => Assert.Null(row.Rsi14));
        Assert.All(rows.Skip(14), row => Assert.NotNull(row.Rsi14));
    }

    [Fact]
    public void Rsi_without_a_loss_is_100_and_without_any_move_50_and_without_a_gain_0()
    {
        Assert.Equal(100, Rows([.. Enumerable.Range(1, 15).Select(i => (double)i)])[^1].Rsi14);
        Assert.Equal(50, Rows(Repeat(7, 15))[^1].Rsi14);
        Assert.Equal(0, Rows([.. Enumerable.Range(1, 15).Select(i => 100.0 - i)])[^1].Rsi14);
    }

    [Fact]
    public void Rsi_follows_wilder_by_hand()
    {
        // Seven gains of 1 and seven losses of 2 seed means of 0.5 and 1; then a gain of 3.
        double[] closes = [100, .. Enumerable.Range(0, 14).Select(i => 100.0 + (i / 2) * -1 + (i % 2 == 0 ? 1 : -1)), 0];
        closes[^1] = closes[^2] + 3;
        SignalRow[] rows = [.. Rows(closes)];
        Assert.Equal(100 - (100 / (1 + (0.5 / 1))), rows[14].Rsi14);
        Assert.Equal(100 - (100 / (1 + (((0.5 * 13) + 3) / 14 / (((1.0 * 13) + 0) / 14)))), rows[15].Rsi14!.Value, 12);
    }

    [Fact]
    public void Means_are_unknown_until_enough_buckets_exist()
    {
        IReadOnlyList<SignalRow> rows = Rows([.. Enumerable.Range(1, 201).Select(i => (double)i)]);
        Assert.Null(rows[48].Ma50);
        Assert.Equal(25.5, rows[49].Ma50);
        Assert.Null(rows[198].Ma200);
        Assert.Equal(100.5, rows[199].Ma200);
        Assert.Equal(101.5, rows[200].Ma200);
        Assert.Null(rows[198].AboveMa200);
        Assert.True(rows[199].AboveMa200);
    }

    [Fact]
    public void Means_go_over_the_buckets_that_exist_whatever_the_gaps()
    {
        (Interval, Candle)[] whole = Series("1h", [.. Enumerable.Range(1, 100).Select(i => (double)i)]);
        (Interval, Candle)[] gappy = [.. whole.Where((_, i) => i % 2 == 1)];
        Assert.Equal(51, SymbolTransitions.Rows(Btc, gappy, Context("1h=[1h]"))[^1].Ma50);
    }

    [Fact]
    public void The_cross_is_a_state_and_its_event_only_the_bucket_where_it_turns()
    {
        // Rising, then falling, then rising: golden at once (no event), dead, golden again.
        double[] closes = [.. Enumerable.Range(0, 220).Select(i => 100.0 + i), .. Enumerable.Range(0, 300).Select(i => 320.0 - i), .. Enumerable.Range(0, 300).Select(i => 20.0 + i)];
        IReadOnlyList<SignalRow> rows = Rows(closes);
        Assert.All(rows.Take(199), row => Assert.Equal("Neutral", row.CrossSignal));
        Assert.Equal("Golden Cross", rows[199].CrossSignal);
        Assert.Equal(["Dead Cross", "Golden Cross"], rows.Select(r => r.CrossEvent).OfType<string>());
        SignalRow dead = rows.First(r => r.CrossEvent is not null);
        Assert.Equal("Dead Cross", dead.CrossSignal);
        Assert.All(rows.Where(r => r.CrossEvent is not null), row => Assert.Equal(row.CrossSignal, row.CrossEvent));
    }

    [Fact]
    public void Equal_means_are_neutral_and_no_event_comes_back_from_neutral_to_the_same_state()
    {
        // A step up at bucket 200 makes golden; once both means hold only the new price they are equal.
        double[] closes = [.. Repeat(1, 200), .. Repeat(2, 260), .. Repeat(3, 10)];
        IReadOnlyList<SignalRow> rows = Rows(closes);
        Assert.Equal("Neutral", rows[199].CrossSignal);
        Assert.Equal("Golden Cross", rows[200].CrossSignal);
        Assert.Equal("Neutral", rows[399].CrossSignal);
        Assert.Equal("Golden Cross", rows[460].CrossSignal);
        Assert.All(rows, row => Assert.Null(row.CrossEvent));
    }

    [Fact]
    public void The_change_of_a_day_needs_the_bucket_exactly_24_hours_before()
    {
        (Interval, Candle)[] hours = Series("1h", [.. Enumerable.Range(0, 30).Select(i => 100.0 + i)]);
        IReadOnlyList<SignalRow> rows = SymbolTransitions.Rows(Btc, hours, Context("1h=[1h]"));
        Assert.Null(rows[23].PctChange24h);
        Assert.Equal((124.0 - 100) / 100 * 100, rows[24].PctChange24h);

        IReadOnlyList<SignalRow> without = SymbolTransitions.Rows(Btc, [.. hours.Where((_, i) => i != 1)], Context("1h=[1h]"));
        Assert.NotNull(without.Single(r => r.BucketStart == hours[24].Item2.OpenTime).PctChange24h);
        Assert.Null(without.Single(r => r.BucketStart == hours[25].Item2.OpenTime).PctChange24h);
    }

    [Theory]
    [InlineData("1d", true)]
    [InlineData("3d", false)]
    [InlineData("1w", false)]
    [InlineData("1M", false)]
    public void A_window_longer_than_a_day_has_no_change_of_a_day(string window, bool has)
    {
        (Interval, Candle)[] days = Series("1d", [.. Enumerable.Range(0, 100).Select(i => 100.0 + i)]);
        IReadOnlyList<SignalRow> rows = SymbolTransitions.Rows(Btc, days, Context($"1d=[{window}]"));
        Assert.Equal(has, rows.Any(r => r.PctChange24h is not null));
    }

    [Fact]
    public void A_close_of_zero_a_day_before_gives_no_change_and_no_infinity()
    {
        double[] closes = Repeat(5, 25);
        closes[0] = 0;
        Assert.Null(Rows(closes)[^1].PctChange24h);
    }
}
