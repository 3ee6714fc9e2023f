using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CsCheck;
using static CryptoInsight.Domain.Tests.Candles;

namespace CryptoInsight.Domain.Tests.Signals;

public sealed class SignalContextSpecs
{
    [Fact]
    public void A_watermark_is_the_newest_candles_end_minus_the_delay()
    {
        WatermarkTracker tracker = WatermarkTracker.Empty
            .Seen(Of("1m"), Monday).Seen(Of("1m"), Monday + TimeSpan.FromMinutes(3)).Seen(Of("1m"), Monday + TimeSpan.FromMinutes(1)).Seen(Of("1M"), Monday);
        Watermarks watermarks = tracker.At(TimeSpan.FromMinutes(10));
        Assert.Equal(Monday + TimeSpan.FromMinutes(4) - TimeSpan.FromMinutes(10), watermarks[Of("1m")]);
        Assert.Equal(UnixMicros.From(new DateTimeOffset(2024, 1, 31, 23, 50, 0, TimeSpan.Zero)), watermarks[Of("1M")]);
        Assert.Null(watermarks[Of("1h")]);
        Assert.Equal(["1m", "1M"], watermarks.Entries.Select(e => e.Key.Code));
    }

    [Fact]
    public void Dropping_the_newest_candle_asks_for_the_maximum_again()
    {
        WatermarkTracker tracker = WatermarkTracker.Empty.Seen(Of("1m"), Monday);
        Assert.True(tracker.IsNewest(Of("1m"), Monday));
        Assert.False(tracker.IsNewest(Of("1m"), Monday - TimeSpan.FromMinutes(1)));
        Assert.Null(tracker.With(Of("1m"), null).OpenTimeMax(Of("1m")));
        Assert.Equal(WatermarkTracker.Empty, tracker.With(Of("1m"), null));
    }

    [Fact]
    public void Watermarks_and_contexts_are_equal_by_value()
    {
        Watermarks a = Watermarks.None.With(Of("1m"), Monday), b = Watermarks.None.With(Of("1m"), Monday);
        Assert.Equal(a, b);
        Assert.Equal(a.GetHashCode(), b.GetHashCode());
        Assert.NotEqual(a, b.With(Of("1h"), Monday));
        Assert.Equal(Watermarks.None, a.With(Of("1m"), null));
        Assert.Equal(
            new SignalContext(SignalSettings.Default(), a, FearGreedIndex.Of([new(Monday, 5, "x")])),
            new SignalContext(SignalSettings.Default(), b, FearGreedIndex.Of([new(Monday, 5, "x")])));
    }

    [Fact]
    public void The_index_is_sorted_and_has_one_value_per_instant()
    {
        FearGreedPoint early = new(Monday, 1, "a"), late = new(Monday + 1L, 2, "b");
        Assert.Equal(FearGreedIndex.Of([early, late]), FearGreedIndex.Of([late, early]));
        Assert.Equal([early, late], FearGreedIndex.Of([late, early]).Points);
        Assert.Throws<ArgumentException>(() => FearGreedIndex.Of([early, early with { Value = 7 }]));
        Assert.NotEqual(FearGreedIndex.Of([early]), FearGreedIndex.Of([early with { Label = "A" }]));
        Assert.Null(FearGreedIndex.Empty.AsOf(Monday));
    }

    [Fact]
    public void A_look_up_is_the_newest_point_not_older_than_72_hours() =>
        Gen.Select(Gen.Int[0, 200].Array[0, 12], Gen.Int[-10, 300]).Sample((hours, at) =>
        {
            FearGreedPoint[] points = [.. hours.Distinct().Select(h => new FearGreedPoint(Monday + TimeSpan.FromHours(h), h % 100, "x"))];
            FearGreedPoint? expected = points.Where(p => p.Time <= Monday + TimeSpan.FromHours(at)).OrderBy(p => p.Time).LastOrDefault();
            expected = expected is not null && Monday + TimeSpan.FromHours(at) - expected.Time > TimeSpan.FromHours(72).Ticks / 10 ? null : expected;
            Assert.Equal(expected, FearGreedIndex.Of(points).AsOf(Monday + TimeSpan.FromHours(at)));
        });

    [Fact]
    public void Rows_are_equal_bit_for_bit()
    {
        SignalRow row = SymbolTransitions.Rows(Btc, Series("1h", 1, 2, 3), Context("1h=[1h]"))[0];
        Assert.Equal(row, row with { });
        Assert.Equal(row.GetHashCode(), (row with { }).GetHashCode());
        Assert.NotEqual(row with { Open = 0.0 }, row with { Open = -0.0 });
        Assert.NotEqual(row with { Vwap = null }, row with { Vwap = 0 });
        Assert.NotEqual(row with { Vwap = 0.0 }, row with { Vwap = -0.0 });
        SignalRow[] others =
        [
            row with { Symbol = Symbol.Parse("X") }, row with { Timeframe = Of("4h") }, row with { BucketStart = Monday + 1L }, row with { BucketEnd = Monday }, row with { High = 9 },
            row with { Low = 9 }, row with { Close = 9 }, row with { AvgPrice = 9 }, row with { Volume = 9 }, row with { QuoteVolume = 9 }, row with { Trades = 9 }, row with { Candles = 9 },
            row with { Ma50 = 9 }, row with { Ma200 = 9 }, row with { Rsi14 = 9 }, row with { CrossSignal = "x" }, row with { CrossEvent = "x" }, row with { AboveMa200 = true },
            row with { PctChange24h = 9 }, row with { FngValue = 9 }, row with { FngLabel = "x" }, row with { IsFinal = !row.IsFinal },
        ];
        Assert.All(others, other => Assert.NotEqual(row, other));
    }

    [Fact]
    public void A_difference_of_rows_turns_one_set_into_the_other_with_the_fewest_writes()
    {
        SignalRow[] rows = [.. SymbolTransitions.Rows(Btc, Series("1h", 1, 2, 3, 4), Context("1h=[1h]"))];
        SignalDelta delta = SignalDelta.Between([rows[0], rows[1], rows[2]], [rows[3], rows[1] with { Close = 9 }, rows[0]]);
        Assert.Equal([rows[3], rows[1] with { Close = 9 }], delta.Upserts);
        Assert.Equal([rows[2].Key], delta.Deletes);
        Assert.True(SignalDelta.Between(rows, rows).IsEmpty);
        Assert.Throws<ArgumentException>(() => SignalDelta.Between([rows[0], rows[0]], []));
        Assert.Throws<ArgumentException>(() => SignalDelta.Between([], [rows[0], rows[0]]));
    }
}
