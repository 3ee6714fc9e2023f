using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Signals;

/// <summary>What Gold is configured to be: which timeframes are made from which intervals, and how long a bucket stays open for late candles.</summary>
/// <remarks>Value equality. Timeframes are sorted by window; a window occurs once, so a row's key does not depend on its source.
/// Text becomes settings in <see cref="SignalSettingsText"/>. <b>Source</b>: DESIGN 7.</remarks>
public sealed class SignalSettings : IEquatable<SignalSettings>
{
    /// <summary>The watermark delay where nothing else is configured.</summary>
    public static readonly TimeSpan WatermarkDelayDefault = TimeSpan.FromMinutes(10);

    /// <summary>The longest delay that is accepted: it bounds the state that every symbol holds.</summary>
    public static readonly TimeSpan WatermarkDelayMax = TimeSpan.FromDays(7);

    private readonly Timeframe[] _timeframes;
    private readonly Timeframe[][] _bySource;

    /// <summary>Settings of exactly these timeframes; <see cref="ArgumentException"/> lists every fault.</summary>
    public SignalSettings(IReadOnlyList<Timeframe> timeframes, TimeSpan watermarkDelay)
    {
        ArgumentNullException.ThrowIfNull(timeframes);
        List<string> faults = [.. FaultsOf(timeframes), .. FaultsOf(watermarkDelay)];
        if (faults.Count > 0)
        {
            throw new ArgumentException("The signal settings are refused: " + string.Join(" ", faults), nameof(timeframes));
        }

        _timeframes = [.. timeframes.OrderBy(t => t.Window)];
        _bySource = [.. Interval.All.Select(source => _timeframes.Where(t => t.Source == source).ToArray())];
        WatermarkDelay = watermarkDelay;
    }

    /// <summary>Every timeframe, shortest window first.</summary>
    public IReadOnlyList<Timeframe> Timeframes => _timeframes;

    /// <summary>How long after the newest candle's end a bucket waits for late ones.</summary>
    public TimeSpan WatermarkDelay { get; }

    /// <summary>From interval <c>1m</c> the timeframe <c>5m</c>, from every other interval its own.</summary>
    /// <param name="watermarkDelay">The delay; 10 minutes if null.</param>
    /// <remarks>Interval <c>5m</c> has no timeframe here, because <c>1m</c> already makes <c>5m</c>; see <see cref="Resolve"/> for lakes without <c>1m</c>.</remarks>
    public static SignalSettings Default(TimeSpan? watermarkDelay = null) =>
        Resolve(Interval.All, new Dictionary<Interval, IReadOnlyList<Interval>>(), watermarkDelay ?? WatermarkDelayDefault);

    /// <summary>The settings of a lake that takes in <paramref name="intervals"/>: what <paramref name="windowsOf"/> says of an interval, else its default.</summary>
    /// <param name="intervals">The intervals that are ingested; those of <paramref name="windowsOf"/> count as ingested too.</param>
    /// <param name="windowsOf">Windows by source interval, such as <c>1m = [5m, 15m]</c>; an empty list means none.</param>
    /// <param name="watermarkDelay">The delay.</param>
    /// <remarks>A default gives way to a window that is configured for another interval, and the default <c>5m</c> of interval <c>5m</c> to that of <c>1m</c>.
    /// Two configured sources of one window are refused.</remarks>
    public static SignalSettings Resolve(
        IEnumerable<Interval> intervals, IReadOnlyDictionary<Interval, IReadOnlyList<Interval>> windowsOf, TimeSpan watermarkDelay)
    {
        ArgumentNullException.ThrowIfNull(intervals);
        ArgumentNullException.ThrowIfNull(windowsOf);
        List<Timeframe> timeframes = [.. windowsOf.SelectMany(o => o.Value.Select(window => new Timeframe(o.Key, window)))];
        HashSet<Interval> taken = [.. timeframes.Select(t => t.Window)];
        foreach (Interval source in intervals.Distinct().Order().Where(i => !windowsOf.ContainsKey(i)))
        {
            Interval window = source == s_minute ? s_fiveMinutes : source;
            if (taken.Add(window))
            {
                timeframes.Add(new Timeframe(source, window));
            }
        }

        return new SignalSettings(timeframes, watermarkDelay);
    }

    /// <summary>The timeframes that are made from an interval, shortest window first; none if it is not used.</summary>
    public IReadOnlyList<Timeframe> TimeframesOf(Interval source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return _bySource[source.Rank];
    }

    /// <summary>The same timeframes with another delay.</summary>
    public SignalSettings WithWatermarkDelay(TimeSpan watermarkDelay) => new(_timeframes, watermarkDelay);

    /// <summary>True if both make the same series; the delay may differ (it acts through <see cref="Watermarks"/> alone).</summary>
    public bool HasSameTimeframes(SignalSettings other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return ReferenceEquals(this, other) || _timeframes.AsSpan().SequenceEqual(other._timeframes);
    }

    /// <inheritdoc/>
    public bool Equals(SignalSettings? other) => other is not null && WatermarkDelay == other.WatermarkDelay && HasSameTimeframes(other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SignalSettings);

    /// <inheritdoc/>
    public override int GetHashCode() => _timeframes.Aggregate(WatermarkDelay.GetHashCode(), HashCode.Combine);

    /// <summary>The timeframes and the delay, for a log line.</summary>
    public override string ToString() => $"timeframes {string.Join(", ", _timeframes)}; watermark delay {WatermarkDelay:c}";

    private static readonly Interval s_minute = Interval.Parse("1m");
    private static readonly Interval s_fiveMinutes = Interval.Parse("5m");

    private static IEnumerable<string> FaultsOf(IReadOnlyList<Timeframe> timeframes)
    {
        foreach (Timeframe t in timeframes.Where(t => !t.Window.IsMultipleOf(t.Source)))
        {
            yield return $"Timeframe {t.Window} is not made of whole candles of {t.Source}: choose a multiple of {t.Source}.";
        }

        foreach (IGrouping<Interval, Timeframe> same in timeframes.GroupBy(t => t.Window).Where(g => g.Count() > 1))
        {
            IEnumerable<Interval> sources = same.Select(t => t.Source).Distinct().Order();
            yield return sources.Count() == 1
                ? $"Timeframe {same.Key} is listed {same.Count()} times for interval {same.First().Source}: list it once."
                : $"Timeframe {same.Key} has more than one source interval ({string.Join(", ", sources)}): leave it to one of them.";
        }
    }

    private static IEnumerable<string> FaultsOf(TimeSpan delay)
    {
        if (delay < TimeSpan.Zero || delay > WatermarkDelayMax || delay.Ticks % TimeSpan.TicksPerMicrosecond != 0)
        {
            yield return $"The watermark delay {delay:c} is not a time of whole microseconds between 0 and {WatermarkDelayMax:c}.";
        }
    }
}
