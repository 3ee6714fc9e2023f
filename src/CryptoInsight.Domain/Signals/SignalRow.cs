using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Signals;

/// <summary>One bucket of one symbol and timeframe: a row of <c>gold_signals</c> without <c>updated_at</c> and <c>dt</c>.</summary>
/// <remarks>Equality is bit for bit (INV-5): 0 and -0 differ. No value is NaN, infinite or -0 where this library computed it. Columns and nulls: DESIGN 7.</remarks>
public sealed record SignalRow(
    Symbol Symbol,
    Interval Timeframe,
    UnixMicros BucketStart,
    UnixMicros BucketEnd,
    double Open,
    double High,
    double Low,
    double Close,
    double AvgPrice,
    double? Vwap,
    double Volume,
    double? QuoteVolume,
    long? Trades,
    int Candles,
    double? Ma50,
    double? Ma200,
    double? Rsi14,
    string CrossSignal,
    string? CrossEvent,
    bool? AboveMa200,
    double? PctChange24h,
    int? FngValue,
    string? FngLabel,
    bool IsFinal)
{
    /// <summary>What makes the row itself.</summary>
    public SignalKey Key => new(Symbol, Timeframe, BucketStart);

    /// <summary>The same values, bit for bit.</summary>
    public bool Equals(SignalRow? other) =>
        ReferenceEquals(this, other)
        || (other is not null
            && BucketStart == other.BucketStart && BucketEnd == other.BucketEnd && Timeframe == other.Timeframe && Symbol == other.Symbol
            && Candles == other.Candles && IsFinal == other.IsFinal && Trades == other.Trades && AboveMa200 == other.AboveMa200 && FngValue == other.FngValue
            && Same(Open, other.Open) && Same(High, other.High) && Same(Low, other.Low) && Same(Close, other.Close)
            && Same(AvgPrice, other.AvgPrice) && Same(Vwap, other.Vwap) && Same(Volume, other.Volume) && Same(QuoteVolume, other.QuoteVolume)
            && Same(Ma50, other.Ma50) && Same(Ma200, other.Ma200) && Same(Rsi14, other.Rsi14) && Same(PctChange24h, other.PctChange24h)
            && CrossSignal == other.CrossSignal && CrossEvent == other.CrossEvent && FngLabel == other.FngLabel);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Symbol, Timeframe, BucketStart, Candles, IsFinal, Close, Volume);

    private static bool Same(double a, double b) => BitConverter.DoubleToInt64Bits(a) == BitConverter.DoubleToInt64Bits(b);

    private static bool Same(double? a, double? b) =>
        a.HasValue == b.HasValue && Same(a.GetValueOrDefault(), b.GetValueOrDefault());
}
