using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;

namespace CryptoInsight.Domain.Tests.Signals;

/// <summary>The exchange's own 15 minute candles are the oracle for ours made of its minutes.</summary>
public sealed class RealKlinesSpecs
{
    [SkippableTheory]
    [InlineData("BTCUSDT")]
    public void Minutes_fold_into_the_exchanges_own_quarters_of_an_hour(string symbol)
    {
        (Interval, Candle)[] minutes = ReadMinutes($"klines-1m/spot-ohlcv-only/{symbol}-1m-2025-01.csv.gz");
        Dictionary<UnixMicros, double[]> quarters = ReadQuarters($"klines-15m/{symbol}-15m-2025-01_2026-04.json.gz");
        IReadOnlyList<SignalRow> rows = SymbolTransitions.Rows(Symbol.Parse(symbol), minutes, Candles.Context("1m=[15m]"));

        SignalRow[] full = [.. rows.Where(r => r.Candles == 15)];
        Assert.True(full.Length > 3_000, $"Only {full.Length} full buckets.");
        foreach (SignalRow row in full)
        {
            double[] ours = [row.Open, row.High, row.Low, row.Close, row.Volume];
            Assert.Equal(quarters[row.BucketStart], ours);
        }
    }

    private static (Interval, Candle)[] ReadMinutes(string relative)
    {
        Interval minute = Interval.Parse("1m");
        List<(Interval, Candle)> candles = [];
        using StreamReader reader = new(new GZipStream(File.OpenRead(SharedData.MarketData(relative)), CompressionMode.Decompress));
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            string[] f = line.Split(',');
            UnixMicros t = UnixMicros.From(DateTimeOffset.Parse(f[0], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal));
            double[] x = [.. f.Skip(1).Select(s => double.Parse(s, CultureInfo.InvariantCulture))];
            candles.Add((minute, new Candle(t, x[0], x[1], x[2], x[3], x[4], minute.Next(t) + -1000L, null, null, null, null)));
        }

        return [.. candles];
    }

    private static Dictionary<UnixMicros, double[]> ReadQuarters(string relative)
    {
        using GZipStream bytes = new(File.OpenRead(SharedData.MarketData(relative)), CompressionMode.Decompress);
        using JsonDocument document = JsonDocument.Parse(bytes);
        return document.RootElement.EnumerateArray().ToDictionary(
            row => UnixMicros.FromVenue(row[0].GetInt64()),
            row => Enumerable.Range(1, 5).Select(i => double.Parse(row[i].GetString()!, CultureInfo.InvariantCulture)).ToArray());
    }
}
