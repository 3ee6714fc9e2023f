using System.Globalization;

namespace CryptoInsight.Domain.Market;

/// <summary>An instant in UTC, counted in whole microseconds since 1970-01-01T00:00:00Z.</summary>
/// <remarks>Venue times become micros in that venue's parser and nowhere else. The unit of every time column.</remarks>
public readonly record struct UnixMicros(long Value) : IComparable<UnixMicros>
{
    /// <summary>Microseconds in one second.</summary>
    public const long PerSecond = 1_000_000;

    /// <summary>Microseconds in one millisecond.</summary>
    public const long PerMillisecond = 1_000;

    /// <summary>Microseconds in one UTC day.</summary>
    public const long PerDay = 86_400 * PerSecond;

    /// <summary>Times of this size and more are microseconds, below it milliseconds (spot archives switched on 2025-01-01).</summary>
    public const long MicrosecondsFrom = 100_000_000_000_000;

    // 0001-01-01 and the last microsecond of 9999: what the framework's calendar can name.
    private const long CalendarFirst = -62_135_596_800L * PerSecond;
    private const long CalendarLast = 253_402_300_800L * PerSecond - 1;

    /// <summary>2009-01-03, Bitcoin's first block: no market that we know is older.</summary>
    public static readonly UnixMicros Earliest = new(1_230_940_800L * PerSecond);

    /// <summary>2100-01-01: anything later is a wrong unit, not a candle.</summary>
    public static readonly UnixMicros Latest = new(4_102_444_800L * PerSecond);

    /// <summary>The instant that a count of milliseconds names.</summary>
    public static UnixMicros FromMilliseconds(long milliseconds) => new(checked(milliseconds * PerMillisecond));

    /// <summary>The instant that a count of seconds names.</summary>
    public static UnixMicros FromSeconds(long seconds) => new(checked(seconds * PerSecond));

    /// <summary>The instant that the venue's number names, its unit told by its size (see <see cref="MicrosecondsFrom"/>); it never throws.</summary>
    /// <remarks>The number is a stranger's: one that no instant can hold becomes the earliest instant there is, which is not <see cref="IsPlausible"/>.</remarks>
    public static UnixMicros FromVenue(long millisecondsOrMicroseconds) =>
        millisecondsOrMicroseconds >= MicrosecondsFrom ? new(millisecondsOrMicroseconds)
        : millisecondsOrMicroseconds < long.MinValue / PerMillisecond ? new(long.MinValue)
        : new(millisecondsOrMicroseconds * PerMillisecond);

    /// <summary>The same instant from the framework's type, rounded down to the microsecond.</summary>
    public static UnixMicros From(DateTimeOffset instant) =>
        new(FloorDiv(instant.UtcTicks - DateTime.UnixEpoch.Ticks, TimeSpan.TicksPerMicrosecond));

    /// <summary>Whole milliseconds, rounded down.</summary>
    public long Milliseconds => FloorDiv(Value, PerMillisecond);

    /// <summary>Days since 1970-01-01 in UTC, rounded down: the value of a <c>dt</c> column.</summary>
    public int Day => (int)FloorDiv(Value, PerDay);

    /// <summary>The UTC date: the partition of every table.</summary>
    public DateOnly Date => DateOnly.FromDayNumber(Day + DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber);

    /// <summary>The same instant as the framework's type.</summary>
    public DateTimeOffset ToDateTimeOffset() => new(DateTime.UnixEpoch.Ticks + Value * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);

    /// <summary>True if the instant can be a market's: neither a wrong unit nor nonsense.</summary>
    public bool IsPlausible => this >= Earliest && this < Latest;

    /// <inheritdoc/>
    public int CompareTo(UnixMicros other) => Value.CompareTo(other.Value);

    /// <summary>Adds a count of microseconds.</summary>
    public static UnixMicros operator +(UnixMicros t, long micros) => new(t.Value + micros);

    /// <summary>Adds a duration.</summary>
    public static UnixMicros operator +(UnixMicros t, TimeSpan span) => new(t.Value + span.Ticks / TimeSpan.TicksPerMicrosecond);

    /// <summary>Takes a duration away.</summary>
    public static UnixMicros operator -(UnixMicros t, TimeSpan span) => new(t.Value - span.Ticks / TimeSpan.TicksPerMicrosecond);

    /// <summary>Microseconds from the right to the left.</summary>
    public static long operator -(UnixMicros a, UnixMicros b) => a.Value - b.Value;

    /// <summary>Earlier.</summary>
    public static bool operator <(UnixMicros a, UnixMicros b) => a.Value < b.Value;

    /// <summary>Later.</summary>
    public static bool operator >(UnixMicros a, UnixMicros b) => a.Value > b.Value;

    /// <summary>Earlier or equal.</summary>
    public static bool operator <=(UnixMicros a, UnixMicros b) => a.Value <= b.Value;

    /// <summary>Later or equal.</summary>
    public static bool operator >=(UnixMicros a, UnixMicros b) => a.Value >= b.Value;

    /// <summary>The later of two.</summary>
    public static UnixMicros Max(UnixMicros a, UnixMicros b) => a >= b ? a : b;

    /// <summary>The earlier of two.</summary>
    public static UnixMicros Min(UnixMicros a, UnixMicros b) => a <= b ? a : b;

    /// <summary>ISO 8601 with microseconds and Z; an instant outside the years 1 to 9999 as its count, so that no error message can fail on it.</summary>
    public override string ToString() =>
        Value is >= CalendarFirst and <= CalendarLast
            ? ToDateTimeOffset().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{Value}us");

    private static long FloorDiv(long a, long b)
    {
        (long quotient, long rest) = Math.DivRem(a, b);
        return rest < 0 ? quotient - 1 : quotient;
    }
}
