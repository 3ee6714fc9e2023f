using CryptoInsight.Domain.Market;
using CryptoInsight.PaperExchange.Market;

namespace CryptoInsight.PaperExchange.Recordings;

/// <summary>One candle of a recording.</summary>
internal readonly record struct RecordedRow(UnixMicros OpenTime, UnixMicros CloseTime, Bar Bar);
