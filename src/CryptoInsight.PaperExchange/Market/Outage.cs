using CryptoInsight.Domain.Market;

namespace CryptoInsight.PaperExchange.Market;

/// <summary>A time without trading, for every symbol at once.</summary>
/// <param name="LastEvent">The last instant with data, to the millisecond: candles that the outage swallows close here.</param>
/// <param name="Resume">The first minute with trades again.</param>
internal readonly record struct Outage(UnixMicros LastEvent, UnixMicros Resume)
{
    /// <summary>The end of the last traded second: from here to <see cref="Resume"/> there is nothing.</summary>
    public UnixMicros Silence => new(LastEvent.Value - LastEvent.Value % UnixMicros.PerSecond + UnixMicros.PerSecond);

    /// <summary>True if there is nothing in all of [<paramref name="start"/>, <paramref name="end"/>).</summary>
    public bool Swallows(UnixMicros start, UnixMicros end) => start >= Silence && end <= Resume;

    /// <summary>True if a candle of this bucket stops at <see cref="LastEvent"/>, because trading did not come back before its end.</summary>
    public bool CutsShort(UnixMicros start, UnixMicros end) => LastEvent >= start && LastEvent < end && end <= Resume;
}
