using CryptoInsight.Domain.Market;

namespace CryptoInsight.PaperExchange.Market;

/// <summary>The whole life of one symbol, past and future: made up or recorded.</summary>
internal interface ISeries
{
    /// <summary>What is traded.</summary>
    Instrument Instrument { get; }

    /// <summary>The first instant with a trade.</summary>
    UnixMicros FirstTrade { get; }

    /// <summary>The end of the last stretch with trades; null if it never ends.</summary>
    UnixMicros? End { get; }

    /// <summary>True if candles of this length can be told.</summary>
    bool Serves(Interval interval);

    /// <summary>The candles of <paramref name="interval"/> as they are known at <paramref name="now"/>; cheap, for one request, used by one thread.</summary>
    ISeriesReader ReadAt(Interval interval, UnixMicros now);
}
