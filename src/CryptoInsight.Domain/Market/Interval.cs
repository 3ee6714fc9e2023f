using System.Diagnostics.CodeAnalysis;

namespace CryptoInsight.Domain.Market;

/// <summary>A candle's length as Binance writes it, case-sensitive: <c>1m</c> is a minute, <c>1M</c> a month.</summary>
/// <remarks>All alignment goes through <see cref="Floor"/> and <see cref="Next"/>: the Unix epoch for all but weeks (Monday 00:00 UTC) and months (the 1st).
/// <b>Source</b>: Binance rest-api.md, "Kline/Candlestick chart intervals".</remarks>
public sealed class Interval : IEquatable<Interval>, IComparable<Interval>
{
    private const long Minute = 60 * UnixMicros.PerSecond;
    private const long Week = 7 * UnixMicros.PerDay;

    // 1970-01-01 was a Thursday: the first Monday is day 4.
    private const long FirstMonday = 4 * UnixMicros.PerDay;

    private static readonly Dictionary<string, Interval> s_byCode = new(StringComparer.Ordinal);

    private readonly long _micros; // 0 for months, which have no fixed length
    private readonly long _origin;

    private Interval(string code, long micros, long origin = 0)
    {
        Code = code;
        _micros = micros;
        _origin = origin;
        Rank = s_byCode.Count;
        s_byCode.Add(code, this);
    }

    /// <summary>Every interval of the exchange, shortest first.</summary>
    public static IReadOnlyList<Interval> All { get; } =
    [
        new("1s", UnixMicros.PerSecond),
        new("1m", Minute), new("3m", 3 * Minute), new("5m", 5 * Minute), new("15m", 15 * Minute), new("30m", 30 * Minute),
        new("1h", 60 * Minute), new("2h", 120 * Minute), new("4h", 240 * Minute), new("6h", 360 * Minute), new("8h", 480 * Minute), new("12h", 720 * Minute),
        new("1d", UnixMicros.PerDay), new("3d", 3 * UnixMicros.PerDay),
        new("1w", Week, FirstMonday),
        new("1M", 0),
    ];

    /// <summary>The exchange's code, such as <c>15m</c>.</summary>
    public string Code { get; }

    /// <summary>The place in <see cref="All"/>, from 0.</summary>
    internal int Rank { get; }

    /// <summary>The length in microseconds, or 0 for the month.</summary>
    internal long Micros => _micros;

    /// <summary>The length, or null for the month.</summary>
    public TimeSpan? FixedLength => _micros == 0 ? null : TimeSpan.FromMicroseconds(_micros);

    /// <summary>Reads a code; <see cref="FormatException"/> lists the right ones.</summary>
    public static Interval Parse(string? code) =>
        TryParse(code, out Interval? interval)
            ? interval
            : throw new FormatException($"Not an interval of the exchange; known are {string.Join(", ", All.Select(i => i.Code))} (1m is a minute, 1M a month).");

    /// <summary>Reads a code; false if the exchange has no such interval.</summary>
    public static bool TryParse(string? code, [NotNullWhen(true)] out Interval? interval)
    {
        interval = null;
        return code is not null && All.Count > 0 && s_byCode.TryGetValue(code, out interval);
    }

    /// <summary>The start of the bucket that holds <paramref name="t"/>.</summary>
    public UnixMicros Floor(UnixMicros t)
    {
        if (_micros == 0)
        {
            DateOnly date = t.Date;
            return UnixMicros.From(new DateTimeOffset(date.Year, date.Month, 1, 0, 0, 0, TimeSpan.Zero));
        }

        long rest = (t.Value - _origin) % _micros;
        return new UnixMicros(t.Value - (rest < 0 ? rest + _micros : rest));
    }

    /// <summary>The start of the bucket after the one that holds <paramref name="t"/>; for a bucket's start, its end.</summary>
    public UnixMicros Next(UnixMicros t) =>
        _micros == 0 ? UnixMicros.From(Floor(t).ToDateTimeOffset().AddMonths(1)) : Floor(t) + _micros;

    /// <summary>True if <paramref name="t"/> starts a bucket.</summary>
    public bool IsAligned(UnixMicros t) => Floor(t) == t;

    /// <summary>True if every bucket of this interval is made of whole buckets of <paramref name="source"/>.</summary>
    public bool IsMultipleOf(Interval source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source == this)
        {
            return true;
        }

        if (source._micros == 0)
        {
            return false;
        }

        return _micros == 0
            ? UnixMicros.PerDay % source._micros == 0
            : _micros % source._micros == 0 && (_origin - source._origin) % source._micros == 0;
    }

    /// <summary>How many candles of <paramref name="source"/> a full bucket that starts at <paramref name="bucketStart"/> holds.</summary>
    public int CandlesIn(UnixMicros bucketStart, Interval source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source == this ? 1 : (int)((Next(bucketStart) - bucketStart) / source._micros);
    }

    /// <inheritdoc/>
    public bool Equals(Interval? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    /// <inheritdoc/>
    public override int GetHashCode() => Rank;

    /// <summary>By length.</summary>
    public int CompareTo(Interval? other) => other is null ? 1 : Rank.CompareTo(other.Rank);

    /// <summary>The same interval.</summary>
    public static bool operator ==(Interval? a, Interval? b) => ReferenceEquals(a, b);

    /// <summary>Another interval.</summary>
    public static bool operator !=(Interval? a, Interval? b) => !ReferenceEquals(a, b);

    /// <summary>Shorter.</summary>
    public static bool operator <(Interval a, Interval b) => a.CompareTo(b) < 0;

    /// <summary>Longer.</summary>
    public static bool operator >(Interval a, Interval b) => a.CompareTo(b) > 0;

    /// <summary>Shorter or the same.</summary>
    public static bool operator <=(Interval a, Interval b) => a.CompareTo(b) <= 0;

    /// <summary>Longer or the same.</summary>
    public static bool operator >=(Interval a, Interval b) => a.CompareTo(b) >= 0;

    /// <inheritdoc/>
    public override string ToString() => Code;
}
