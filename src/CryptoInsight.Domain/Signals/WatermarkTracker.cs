using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Signals;

/// <summary>The greatest open time per interval in one version of Silver, carried from version to version by its row changes.</summary>
/// <remarks>Immutable, value equality. It is a cache of a query over Silver, not a running maximum: whoever drops the newest candle is told so
/// (<see cref="IsNewest"/>) and sets the value read from Silver with <see cref="With"/>.</remarks>
public sealed record WatermarkTracker
{
    private readonly Watermarks _newest; // the same shape: one instant per interval

    private WatermarkTracker(Watermarks newest) => _newest = newest;

    /// <summary>Nothing seen.</summary>
    public static WatermarkTracker Empty { get; } = new(Watermarks.None);

    /// <summary>The greatest open time of an interval, or null.</summary>
    public UnixMicros? OpenTimeMax(Interval interval) => _newest[interval];

    /// <summary>After a candle was put.</summary>
    public WatermarkTracker Seen(Interval interval, UnixMicros openTime) =>
        _newest[interval] is { } known && known >= openTime ? this : new WatermarkTracker(_newest.With(interval, openTime));

    /// <summary>True if a dropped candle may have been the newest of its interval, so that the maximum has to be read from Silver again.</summary>
    public bool IsNewest(Interval interval, UnixMicros openTime) => _newest[interval] is not { } known || openTime >= known;

    /// <summary>After the maximum of an interval was read from Silver; null if it holds no candle of it.</summary>
    public WatermarkTracker With(Interval interval, UnixMicros? openTimeMax) => new(_newest.With(interval, openTimeMax));

    /// <summary>The watermark of one interval at a delay, or null.</summary>
    public UnixMicros? At(Interval interval, TimeSpan delay)
    {
        ArgumentNullException.ThrowIfNull(interval);
        return _newest[interval] is { } newest ? interval.Next(newest) - delay : null;
    }

    /// <summary>The watermarks at a delay.</summary>
    public Watermarks At(TimeSpan delay) => Watermarks.Of(_newest.Entries, delay);
}
