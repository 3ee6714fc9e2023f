using System.Globalization;
using CryptoInsight.Domain.Market;

namespace CryptoInsight.Engine.Tests;

/// <summary>Small facts for specs.</summary>
internal static class Sample
{
    public static readonly Symbol Btc = Symbol.Parse("BTCUSDT");
    public static readonly Symbol Eth = Symbol.Parse("ETHUSDT");
    public static readonly Interval Minute = Interval.Parse("1m");
    public static readonly UnixMicros Start = UnixMicros.FromSeconds(1_735_689_600); // 2025-01-01T00:00:00Z
    public static readonly UnixMicros IngestTime = UnixMicros.FromSeconds(1_767_225_600); // a year later

    public static UnixMicros MinuteAt(int n) => Start + (n * 60 * UnixMicros.PerSecond);

    public static SilverCandle Silver(Symbol symbol, int minute, double close, UnixMicros? ingestTime = null, string source = "replay.spot") =>
        new(symbol, Minute, new Candle(MinuteAt(minute), close - 1, close + 2, close - 2, close, 10, MinuteAt(minute) + 59_999_000L, 10 * close, 5, 4, 4 * close), ingestTime ?? IngestTime, source);

    public static RawCandle Raw(Symbol symbol, int minute, double close, UnixMicros? ingestTime = null, string? json = null)
    {
        long ms = MinuteAt(minute).Milliseconds;
        string text = json ?? string.Create(
            CultureInfo.InvariantCulture,
            $"[{ms},\"{close - 1}\",\"{close + 2}\",\"{close - 2}\",\"{close}\",\"10\",{ms + 59_999},\"{10 * close}\",5,\"4\",\"{4 * close}\",\"0\"]");
        return new RawCandle("replay.spot", symbol, Minute, MinuteAt(minute), ingestTime ?? IngestTime, text, "test.csv", "hash", "run", null);
    }
}
