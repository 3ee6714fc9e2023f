using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Positions;

/// <summary>What <c>gold_price_positions_4h</c> takes of a 4-hour row of <c>gold_signals</c>.</summary>
public sealed record PriceBucket(
    Symbol Symbol,
    UnixMicros BucketStart,
    UnixMicros BucketEnd,
    double Close,
    double? Ma50,
    double? Ma200,
    string CrossSignal,
    double? PctChange24h,
    int? FngValue,
    string? FngLabel);
