using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;

namespace CryptoInsight.Domain.Tests;

/// <summary>Candles as the facts need them.</summary>
internal static class Candles
{
    public static readonly Symbol Btc = Symbol.Parse("BTCUSDT");

    public static readonly UnixMicros Monday = UnixMicros.From(new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public static Interval Of(string code) => Interval.Parse(code);

    public static Candle At(UnixMicros openTime, double close, double volume = 1, double? quoteVolume = null, long? trades = null) =>
        new(openTime, close, close, close, close, volume, openTime + 59_999_000L, quoteVolume, trades, null, null);

    /// <summary>Candles of an interval, one after the other from <see cref="Monday"/> on.</summary>
    public static (Interval, Candle)[] Series(string code, params double[] closes)
    {
        Interval interval = Of(code);
        UnixMicros t = Monday;
        return [.. closes.Select(close =>
        {
            Candle candle = At(t, close);
            t = interval.Next(t);
            return (interval, candle);
        })];
    }

    public static SignalContext Context(string timeframes, Watermarks? watermarks = null, FearGreedIndex? index = null) =>
        new(Signals.GoldScenario.SettingsOf(timeframes), watermarks ?? Watermarks.None, index ?? FearGreedIndex.Empty);
}
