using System.Globalization;
using System.Numerics;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;

namespace CryptoInsight.Domain.Tests.Signals;

/// <summary>Gold written down from its definitions once more: big integers, dates of the framework, everything recomputed for every row.</summary>
internal static class NaiveGold
{
    private sealed record Bucket(DateTime Start, DateTime End, List<Candle> Candles)
    {
        public double Close => Candles[^1].Close;
    }

    public static List<SignalRow> Rows(Symbol symbol, IEnumerable<(Interval Interval, Candle Candle)> candles, SignalContext context)
    {
        List<(Interval Interval, Candle Candle)> all = [.. candles];
        List<SignalRow> rows = [];
        foreach (Timeframe timeframe in context.Settings.Timeframes)
        {
            List<Bucket> buckets = [.. all
                .Where(c => c.Interval == timeframe.Source)
                .Select(c => WithOneZero(c.Candle))
                .GroupBy(c => StartOf(timeframe.Window.Code, Date(c.OpenTime)))
                .OrderBy(g => g.Key)
                .Select(g => new Bucket(g.Key, EndOf(timeframe.Window.Code, g.Key), [.. g.OrderBy(c => c.OpenTime)]))];
            string[] states = [.. buckets.Select((_, i) => State(buckets, i))];
            double?[] rsi = Rsi([.. buckets.Select(b => b.Close)]);
            for (int i = 0; i < buckets.Count; i++)
            {
                rows.Add(Row(symbol, timeframe, context, buckets, states, rsi[i], i));
            }
        }

        return rows;
    }

    private static SignalRow Row(
        Symbol symbol, Timeframe timeframe, SignalContext context, List<Bucket> buckets, string[] states, double? rsi, int i)
    {
        Bucket b = buckets[i];
        double volume = Sum(b.Candles.Select(c => c.Volume));
        double? quote = b.Candles.Any(c => c.QuoteVolume is null) ? null : Sum(b.Candles.Select(c => c.QuoteVolume!.Value));
        double? ma200 = Mean(buckets, i, 200);
        string? lastState = states.Take(i).LastOrDefault(s => s != "Neutral");
        Bucket? dayBefore = buckets.SingleOrDefault(x => x.Start == b.Start.AddHours(-24));
        double? change = dayBefore is null ? null : (b.Close - dayBefore.Close) / dayBefore.Close * 100;
        FearGreedPoint? mood = context.Index.Points
            .Where(p => Date(p.Time) <= b.End && b.End - Date(p.Time) <= TimeSpan.FromHours(72))
            .MaxBy(p => p.Time.Value);
        UnixMicros? watermark = context.Watermarks[timeframe.Source];
        return new SignalRow(
            symbol, timeframe.Window, Micros(b.Start), Micros(b.End),
            b.Candles[0].Open, b.Candles.Max(c => c.High), b.Candles.Min(c => c.Low), b.Close,
            ToDouble(b.Candles.Aggregate(BigInteger.Zero, (s, c) => s + Whole(c.Close))) / (b.Candles.Count * 1e8),
            quote is null || volume == 0 ? null : quote / volume,
            volume, quote,
            b.Candles.Any(c => c.Trades is null) ? null : b.Candles.Sum(c => c.Trades!.Value),
            b.Candles.Count,
            Mean(buckets, i, 50), ma200, rsi,
            states[i],
            states[i] != "Neutral" && lastState is not null && lastState != states[i] ? states[i] : null,
            ma200 is null ? null : b.Close > ma200,
            change is { } x && double.IsFinite(x) ? x : null,
            mood?.Value, mood?.Label,
            b.Candles.Count == Expected(timeframe, b) || (watermark is { } w && b.End <= Date(w)));
    }

    // A decimal has one zero.
    private static Candle WithOneZero(Candle c) => c with { Open = Plain(c.Open), High = Plain(c.High), Low = Plain(c.Low), Close = Plain(c.Close) };

    private static double Plain(double x) => x == 0 ? 0 : x;

    private static string State(List<Bucket> buckets, int i)
    {
        double? fast = Mean(buckets, i, 50), slow = Mean(buckets, i, 200);
        return fast > slow ? "Golden Cross" : fast < slow ? "Dead Cross" : "Neutral";
    }

    private static double? Mean(List<Bucket> buckets, int i, int n) =>
        i + 1 < n ? null : ToDouble(buckets.GetRange(i + 1 - n, n).Aggregate(BigInteger.Zero, (s, b) => s + Whole(b.Close))) / (n * 1e8);

    private static double?[] Rsi(double[] closes)
    {
        double?[] rsi = new double?[closes.Length];
        double g = 0, l = 0;
        for (int i = 14; i < closes.Length; i++)
        {
            double[] changes = [.. closes.Take(i).Zip(closes.Skip(1), (a, b) => b - a).TakeLast(14)];
            if (i == 14)
            {
                g = ToDouble(changes.Aggregate(BigInteger.Zero, (s, x) => s + Whole(Math.Max(x, 0)))) / (14 * 1e8);
                l = ToDouble(changes.Aggregate(BigInteger.Zero, (s, x) => s + Whole(Math.Max(-x, 0)))) / (14 * 1e8);
            }
            else
            {
                g = (g * 13 + Math.Max(changes[^1], 0)) / 14;
                l = (l * 13 + Math.Max(-changes[^1], 0)) / 14;
            }

            rsi[i] = l == 0 ? (g == 0 ? 50 : 100) : 100 - 100 / (1 + g / l);
        }

        return rsi;
    }

    private static double Sum(IEnumerable<double> values) => ToDouble(values.Aggregate(BigInteger.Zero, (s, x) => s + Whole(x))) / 1e8;

    private static BigInteger Whole(double x) => new(Math.Round(x * 1e8, MidpointRounding.ToEven));

    // Through text: the parser rounds correctly, the cast of a BigInteger need not.
    private static double ToDouble(BigInteger x) => double.Parse(x.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static DateTime Date(UnixMicros t) => DateTime.UnixEpoch.AddMicroseconds(t.Value);

    private static UnixMicros Micros(DateTime t) => new((t - DateTime.UnixEpoch).Ticks / 10);

    private static DateTime StartOf(string code, DateTime t) => code switch
    {
        "1M" => new DateTime(t.Year, t.Month, 1, 0, 0, 0, DateTimeKind.Utc),
        "1w" => t.Date.AddDays(-(((int)t.DayOfWeek + 6) % 7)),
        _ => DateTime.UnixEpoch.AddTicks((t - DateTime.UnixEpoch).Ticks / Length(code).Ticks * Length(code).Ticks),
    };

    private static DateTime EndOf(string code, DateTime start) => code == "1M" ? start.AddMonths(1) : start + Length(code);

    private static int Expected(Timeframe timeframe, Bucket b) =>
        timeframe.Source == timeframe.Window ? 1 : (int)((b.End - b.Start) / Length(timeframe.Source.Code));

    private static TimeSpan Length(string code)
    {
        int n = int.Parse(code[..^1], CultureInfo.InvariantCulture);
        return code[^1] switch
        {
            's' => TimeSpan.FromSeconds(n),
            'm' => TimeSpan.FromMinutes(n),
            'h' => TimeSpan.FromHours(n),
            'd' => TimeSpan.FromDays(n),
            'w' => TimeSpan.FromDays(7 * n),
            _ => throw new ArgumentOutOfRangeException(nameof(code)),
        };
    }
}
