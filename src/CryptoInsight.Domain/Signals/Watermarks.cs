using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Signals;

/// <summary>Per interval, the time below which no candle is awaited any more: the newest candle's end over all symbols, minus the delay.</summary>
/// <remarks>Immutable, value equality. Null where no candle of the interval exists: then time makes nothing final. A watermark is computed from a version of Silver
/// (<see cref="WatermarkTracker"/>) and may go back after a RESTORE, a delete or a longer delay. <b>Source</b>: DESIGN 6, "Watermark".</remarks>
public sealed class Watermarks : IEquatable<Watermarks>
{
    internal const long NoneMicros = long.MinValue;

    private readonly long[] _micros;

    private Watermarks(long[] micros) => _micros = micros;

    /// <summary>No watermark for any interval.</summary>
    public static Watermarks None { get; } = new(Enumerable.Repeat(NoneMicros, Interval.All.Count).ToArray());

    /// <summary>The watermark of an interval, or null.</summary>
    public UnixMicros? this[Interval interval]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(interval);
            long micros = _micros[interval.Rank];
            return micros == NoneMicros ? null : new UnixMicros(micros);
        }
    }

    /// <summary>The intervals that have a watermark, shortest first.</summary>
    public IEnumerable<KeyValuePair<Interval, UnixMicros>> Entries =>
        Interval.All.Where(i => _micros[i.Rank] != NoneMicros).Select(i => KeyValuePair.Create(i, new UnixMicros(_micros[i.Rank])));

    /// <summary>The same with another watermark for one interval.</summary>
    public Watermarks With(Interval interval, UnixMicros? watermark)
    {
        ArgumentNullException.ThrowIfNull(interval);
        long[] micros = (long[])_micros.Clone();
        micros[interval.Rank] = watermark?.Value ?? NoneMicros;
        return new Watermarks(micros);
    }

    /// <summary>The watermarks of these newest open times.</summary>
    /// <param name="openTimeMax">Per interval the greatest open time over all symbols in Silver.</param>
    /// <param name="delay">How long late candles are awaited.</param>
    public static Watermarks Of(IEnumerable<KeyValuePair<Interval, UnixMicros>> openTimeMax, TimeSpan delay)
    {
        ArgumentNullException.ThrowIfNull(openTimeMax);
        Watermarks watermarks = None;
        foreach ((Interval interval, UnixMicros newest) in openTimeMax)
        {
            watermarks = watermarks.With(interval, interval.Next(newest) - delay);
        }

        return watermarks;
    }

    internal long MicrosOf(Interval interval) => _micros[interval.Rank];

    /// <inheritdoc/>
    public bool Equals(Watermarks? other) => other is not null && (ReferenceEquals(this, other) || _micros.AsSpan().SequenceEqual(other._micros));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Watermarks);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (long micros in _micros)
        {
            hash.Add(micros);
        }

        return hash.ToHashCode();
    }

    /// <summary>Interval and watermark, for a log line.</summary>
    public override string ToString() => string.Join(", ", Entries.Select(e => $"{e.Key} {e.Value}"));
}
