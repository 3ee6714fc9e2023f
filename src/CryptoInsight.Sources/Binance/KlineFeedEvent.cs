namespace CryptoInsight.Sources.Binance;

/// <summary>What a kline feed has to tell.</summary>
public abstract record KlineFeedEvent
{
    private KlineFeedEvent()
    {
    }

    /// <summary>Calls the function of the case that this is.</summary>
    public T Match<T>(Func<Fetched, T> fetched, Func<Missing, T> missing, Func<Delayed, T> delayed, Func<Refused, T> refused)
    {
        ArgumentNullException.ThrowIfNull(fetched);
        ArgumentNullException.ThrowIfNull(missing);
        ArgumentNullException.ThrowIfNull(delayed);
        ArgumentNullException.ThrowIfNull(refused);
        return this switch
        {
            Fetched f => fetched(f),
            Missing m => missing(m),
            Delayed d => delayed(d),
            _ => refused((Refused)this),
        };
    }

    /// <summary>A range has been answered, or a stream told a candle.</summary>
    public sealed record Fetched(FetchedRange Range) : KlineFeedEvent;

    /// <summary>Candles that should be there are not: a gap is open until an answer settles the range.</summary>
    /// <param name="Series">Whose.</param>
    /// <param name="From">The first open time that is missing.</param>
    /// <param name="To">The open time up to which, exclusive, nothing is there.</param>
    /// <param name="Why">How it was noticed, bounded and printable.</param>
    /// <param name="At">When, by the exchange's clock.</param>
    public sealed record Missing(CandleSeries Series, UnixMicros From, UnixMicros To, string Why, UnixMicros At) : KlineFeedEvent;

    /// <summary>A request failed and will be made again by itself.</summary>
    /// <param name="Series">What was asked for.</param>
    /// <param name="Cause">Why it failed.</param>
    /// <param name="Attempt">How many requests for this range have failed in a row.</param>
    /// <param name="Until">When it is made again, by the exchange's clock.</param>
    /// <param name="Text">What happened, bounded and printable.</param>
    public sealed record Delayed(CandleSeries Series, KlineDelay Cause, int Attempt, UnixMicros Until, string Text) : KlineFeedEvent;

    /// <summary>The exchange will not answer: the series ends here, or the whole source does.</summary>
    /// <param name="Series">What was asked for.</param>
    /// <param name="From">From which open time.</param>
    /// <param name="To">Up to which open time.</param>
    /// <param name="Status">The HTTP status.</param>
    /// <param name="Code">The exchange's error code, or null.</param>
    /// <param name="Text">The exchange's words, bounded and printable.</param>
    /// <param name="Payload">The body, bounded: evidence for the dead-letter table.</param>
    /// <param name="StopsSource">True if everything from this source is refused.</param>
    public sealed record Refused(CandleSeries Series, UnixMicros From, UnixMicros To, int Status, int? Code, string Text, string Payload, bool StopsSource) : KlineFeedEvent;
}
