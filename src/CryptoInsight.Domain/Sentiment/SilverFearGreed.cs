using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;

namespace CryptoInsight.Domain.Sentiment;

/// <summary>One judged value of the Fear and Greed index with its provenance: a row of <c>silver_fear_greed</c>.</summary>
/// <param name="TsUnix">The publisher's time in Unix seconds.</param>
/// <param name="IndexValue">0 (extreme fear) to 100 (extreme greed).</param>
/// <param name="ValueClassification">The publisher's own class, stored as given.</param>
/// <param name="TimeUntilUpdate">Seconds until the next value, as text, where the publisher said it.</param>
/// <param name="IngestTime">When the bytes arrived.</param>
/// <param name="Source">Who gave it.</param>
public sealed record SilverFearGreed(long TsUnix, int IndexValue, string ValueClassification, string? TimeUntilUpdate, UnixMicros IngestTime, string Source)
{
    /// <summary>The instant that the publisher gives the value.</summary>
    public UnixMicros EventTime => UnixMicros.FromSeconds(TsUnix);

    /// <summary>The UTC day: what makes the row itself, for the index has one value a day.</summary>
    public int Day => EventTime.Day;

    /// <summary>The row's name, <c>fear_greed|&lt;unix s&gt;</c>.</summary>
    public string UniqueKey => RawFearGreed.KeyOf(TsUnix);

    /// <summary>The value without its provenance.</summary>
    public FearGreedPoint Point => new(EventTime, IndexValue, ValueClassification);
}
