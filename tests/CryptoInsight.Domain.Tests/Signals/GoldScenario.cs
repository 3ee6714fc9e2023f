using System.Text;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CsCheck;

namespace CryptoInsight.Domain.Tests.Signals;

/// <summary>One change of the world between two versions: candles put and dropped, the watermark and the index moved.</summary>
internal sealed record GoldStep(IReadOnlyList<CandleChange> Changes, int WatermarkSlots, IReadOnlyList<FearGreedPoint>? Index);

/// <summary>A market that begins with some candles and then changes step by step.</summary>
internal sealed record GoldScenario(
    SignalSettings Settings, IReadOnlyList<(Interval, Candle)> Start, int WatermarkSlots, IReadOnlyList<GoldStep> Steps, int FinalBucketsHeld)
{
    public static readonly Symbol Symbol = Symbol.Parse("BTCUSDT");

    // Three days before a leap February's end, so that weeks and months turn over inside.
    private static readonly UnixMicros s_origin = UnixMicros.From(new DateTimeOffset(2024, 2, 26, 0, 0, 0, TimeSpan.Zero));

    private sealed record Values(double Open, double High, double Low, double Close, double Volume, double? QuoteVolume, long? Trades)
    {
        public Candle At(Interval interval, int slot)
        {
            UnixMicros openTime = GoldScenario.At(interval, slot);
            return new Candle(openTime, Open, High, Low, Close, Volume, interval.Next(openTime) + -1000L, QuoteVolume, Trades, null, null);
        }
    }

    private static readonly Gen<double> s_price = Gen.Frequency(
        (8, Gen.Int[1, 2_000].Select(i => i / 100.0)),
        (4, Gen.Long[1, 9_999_999_999_999].Select(i => i / 1e8)),
        (1, Gen.Const(0.0)),
        (1, Gen.Const(-0.0)),
        (1, Gen.Double[1e-12, 1e12]));

    private static readonly Gen<double> s_volume = Gen.Frequency(
        (6, Gen.Long[0, 9_999_999_999].Select(i => i / 1e5)),
        (2, Gen.Const(0.0)),
        (1, Gen.Double[0, 1e-8]),
        (1, Gen.Double[1e11, 1e13]));

    private static readonly Gen<Values> s_values = Gen.Select(s_price.Array[4], s_volume, s_volume, Gen.Int[0, 11], Gen.Long[0, 1_000_000])
        .Select((prices, volume, quote, lacks, trades) =>
            new Values(prices[0], prices.Max(), prices.Min(), prices[3], volume, lacks == 0 ? null : quote, lacks <= 1 ? null : trades));

    private static readonly Gen<FearGreedPoint[]> s_index = Gen.Select(Gen.Int[0, 240], Gen.Int[0, 100])
        .Select((hours, value) => new FearGreedPoint(s_origin + TimeSpan.FromHours(hours - 24), value, "class " + (value / 25)))
        .Array[0, 6].Select(points => points.DistinctBy(p => p.Time).ToArray());

    public static SignalSettings SettingsOf(string text) =>
        new([.. SignalSettingsText.ParseWindows(text).SelectMany(e => e.Value.Select(w => new Timeframe(e.Key, w)))], TimeSpan.FromMinutes(10));

    /// <summary>The place of a number on an interval's grid.</summary>
    public static UnixMicros At(Interval interval, int slot)
    {
        UnixMicros t = interval.Floor(s_origin);
        if (interval.FixedLength is { } length)
        {
            return t + length * slot;
        }

        for (; slot > 0; slot--)
        {
            t = interval.Next(t);
        }

        return t;
    }

    /// <summary>Scenarios over some timeframes.</summary>
    /// <param name="settings">Timeframes, such as <c>1m=[5m,15m]</c>.</param>
    /// <param name="slots">How many places on each interval's grid are in play at the start.</param>
    /// <param name="density">How many of ten places hold a candle at the start.</param>
    public static Gen<GoldScenario> Over(string settings, int slots, int density)
    {
        SignalSettings parsed = SettingsOf(settings);
        Interval[] sources = [.. parsed.Timeframes.Select(t => t.Source).Distinct()];
        Gen<(Interval, Candle)[]> start = Gen.Select(Gen.Int[0, 9], s_values).Array[slots * sources.Length].Select(places =>
            places.Select((p, i) => (Dice: p.Item1, Source: sources[i % sources.Length], Candle: p.Item2.At(sources[i % sources.Length], i / sources.Length)))
                .Where(p => p.Dice < density).Select(p => (p.Source, p.Candle)).ToArray());

        // As in life: time goes on with every step, most changes are at its front, and now and then one is far behind it.
        Gen<(int Kind, int Source, int Offset, Values Values)[]> changes =
            Gen.Select(Gen.Int[0, 6], Gen.Int[0, sources.Length - 1], Gen.Int[-3, 3], s_values, (k, n, o, v) => (Kind: k, Source: n, Offset: o, Values: v)).Array[0, 6];
        Gen<(int Deep, int Watermark, int KeepIndex)> fate = Gen.Select(Gen.Int[0, 7], Gen.Int[-6, 2], Gen.Int[0, 5], (d, w, i) => (Deep: d, Watermark: w, KeepIndex: i));
        Gen<GoldStep[]> steps = Gen.Select(changes, fate, s_index, Gen.Int[0, slots], (c, f, i, far) => (c, f, i, far)).Array[1, 16].Select(all => all.Select((step, k) =>
        {
            int front = slots + (3 * k);
            return new GoldStep(
                [.. step.c.Select(c =>
                {
                    Interval source = sources[c.Source];
                    int slot = Math.Max(0, (step.f.Deep == 0 ? step.far : front) + c.Offset);
                    return c.Kind < 2 ? (CandleChange)new CandleChange.Drop(source, At(source, slot)) : new CandleChange.Put(source, c.Values.At(source, slot));
                })],
                step.f.Deep == 1 ? step.far - 1 : front + step.f.Watermark,
                step.f.KeepIndex > 0 ? null : step.i);
        }).ToArray());
        return Gen.Select(start, Gen.Int[-1, slots], steps, Gen.Int[0, 4])
            .Select((candles, w, all, held) => new GoldScenario(parsed, candles, w, all, held));
    }

    public Watermarks WatermarksAt(int slots) =>
        slots < 0
            ? Watermarks.None
            : Settings.Timeframes.Select(t => t.Source).Distinct().Aggregate(Watermarks.None, (w, source) => w.With(source, At(source, slots)));

    /// <summary>The whole scenario, so that a failing one can be read.</summary>
    public override string ToString()
    {
        StringBuilder text = new($"{Settings}; held {FinalBucketsHeld}; watermark {WatermarkSlots}; start {string.Join(" ", Start.Select(c => $"{c.Item1}@{c.Item2.OpenTime}={c.Item2.Close:R}"))}");
        foreach (GoldStep step in Steps)
        {
            text.Append($"\n  watermark {step.WatermarkSlots}; index {(step.Index is null ? "same" : string.Join(" ", step.Index.Select(p => $"{p.Time}={p.Value}")))}; ");
            text.AppendJoin(" ", step.Changes.Select(c => $"{c.GetType().Name} {c.Interval}@{c.OpenTime}"));
        }

        return text.ToString();
    }
}
