using CryptoInsight.Domain.Market;

namespace CryptoInsight.PaperExchange.Market;

/// <summary>One candle as the exchange serves it.</summary>
/// <param name="OpenTime">The bucket's start, on the interval's grid.</param>
/// <param name="CloseTime">The last instant of the candle: the bucket's end less one unit, or the last event before an outage that swallowed the rest.</param>
/// <param name="IsCutShort">True if <paramref name="CloseTime"/> is an outage's, not the grid's.</param>
/// <param name="Bar">Its contents so far.</param>
internal readonly record struct Kline(UnixMicros OpenTime, UnixMicros CloseTime, bool IsCutShort, Bar Bar);
