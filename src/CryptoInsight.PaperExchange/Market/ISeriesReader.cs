using CryptoInsight.Domain.Market;

namespace CryptoInsight.PaperExchange.Market;

/// <summary>Reads candles of one symbol and interval as of one instant.</summary>
internal interface ISeriesReader
{
    /// <summary>True if anything was traded or could be in [<paramref name="start"/>, <paramref name="end"/>) up to now.</summary>
    bool HasCandle(UnixMicros start, UnixMicros end);

    /// <summary>The candle of [<paramref name="start"/>, <paramref name="end"/>) as far as it is known now, or null if there is none.</summary>
    Kline? Candle(UnixMicros start, UnixMicros end);

    /// <summary>Computes what the candles of the range will need, on all cores where that pays.</summary>
    void Prepare(UnixMicros start, UnixMicros end);
}
