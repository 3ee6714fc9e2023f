using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Sources.Tests.Binance;

/// <summary>Raw candles for tests, and their readings.</summary>
internal static class RawRows
{
    public const string Good =
        "[1735516800000,\"93738.19000000\",\"93782.38000000\",\"93510.00000000\",\"93720.44000000\",\"202.77714000\",1735517699999,\"18986363.98688940\",64965,\"103.98349000\",\"9736008.81833130\",\"0\"]";

    public static RawCandle Raw(string json, string interval = "15m", long? openTimeMs = null) => new(
        "test", Symbol.Parse("BTCUSDT"), Interval.Parse(interval), openTimeMs is { } ms ? UnixMicros.FromMilliseconds(ms) : null,
        UnixMicros.FromMilliseconds(1_800_000_000_000), json, "/api/v3/klines", "hash", "run-1", null);

    public static KlineReading Read(string json, string interval = "15m", KlineWireSchema? schema = null) =>
        KlineParser.Read(Raw(json, interval), schema ?? KlineWireSchema.Binance);

    public static Candle Candle(string json, string interval = "15m") =>
        Read(json, interval).Match(p => p.Candle.Candle, f => throw new Xunit.Sdk.XunitException($"{f.Code}: {f.Message}"));

    public static (string Code, string Message) Fault(string json, string interval = "15m", KlineWireSchema? schema = null) =>
        Read(json, interval, schema).Match(p => throw new Xunit.Sdk.XunitException($"read as {p.Candle}"), f => (f.Code, f.Message));

    public static string With(int element, string json)
    {
        string[] elements = Good[1..^1].Split(',');
        elements[element] = json;
        return $"[{string.Join(',', elements)}]";
    }
}
