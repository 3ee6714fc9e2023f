namespace CryptoInsight.Domain.Market;

/// <summary>A parsed and judged candle with its provenance: a row of <c>silver_charts</c>.</summary>
public sealed record SilverCandle(Symbol Symbol, Interval Interval, Candle Candle, UnixMicros IngestTime, string Source)
{
    /// <summary>What makes the row itself.</summary>
    public CandleKey Key => new(Symbol, Interval, Candle.OpenTime);

    /// <summary>The columns that an operator added.</summary>
    public ExtraValues Extra { get; init; } = ExtraValues.None;
}
