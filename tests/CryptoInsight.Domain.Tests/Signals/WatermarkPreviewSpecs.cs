using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CsCheck;
using static CryptoInsight.Domain.Tests.Candles;

namespace CryptoInsight.Domain.Tests.Signals;

public sealed class WatermarkPreviewSpecs
{
    private static readonly SignalSettings s_settings = GoldScenario.SettingsOf("1m=[5m,1h]");

    private static CandleArrival Arrival(int minute, string symbol = "BTCUSDT") => new(Symbol.Parse(symbol), Of("1m"), Monday + TimeSpan.FromMinutes(minute));

    [Fact]
    public void A_candle_behind_the_watermark_is_late_for_the_timeframes_that_it_passed()
    {
        CandleArrival[] arrivals = [.. Enumerable.Range(0, 30).Where(i => i != 7).Select(i => Arrival(i)), Arrival(7)];
        Assert.Equal(
            new WatermarkPreview(TimeSpan.FromMinutes(10), 30, 1, 1, 4, 3), // 5m buckets at 20 and 25, and the hour
            WatermarkPreview.Of(arrivals, s_settings, TimeSpan.FromMinutes(10)));
        WatermarkPreview longer = WatermarkPreview.Of(arrivals, s_settings, TimeSpan.FromMinutes(21));
        Assert.Equal((0, 0), (longer.LateCandleCount, longer.CorrectedBucketCount));
        Assert.True(longer.OpenBucketCountMax > 4);
    }

    [Fact]
    public void One_symbol_ahead_makes_the_others_late()
    {
        WatermarkPreview preview = WatermarkPreview.Of([Arrival(100, "ETHUSDT"), Arrival(3), Arrival(4)], s_settings, TimeSpan.FromMinutes(10));
        Assert.Equal((2, 2), (preview.LateCandleCount, preview.CorrectedBucketCount)); // the 5m bucket and the hour
    }

    [Fact]
    public void A_longer_delay_never_corrects_more_and_never_holds_less() =>
        Gen.Select(Gen.Int[0, 120].Array[1, 80], Gen.Int[0, 60], Gen.Int[0, 60]).Sample((minutes, a, b) =>
        {
            CandleArrival[] arrivals = [.. minutes.Select(m => Arrival(m, m % 3 == 0 ? "ETHUSDT" : "BTCUSDT"))];
            WatermarkPreview shorter = WatermarkPreview.Of(arrivals, s_settings, TimeSpan.FromMinutes(Math.Min(a, b)));
            WatermarkPreview longer = WatermarkPreview.Of(arrivals, s_settings, TimeSpan.FromMinutes(Math.Max(a, b)));
            Assert.True(longer.LateCandleCount <= shorter.LateCandleCount);
            Assert.True(longer.OpenBucketCountNow >= shorter.OpenBucketCountNow);
        });
}
