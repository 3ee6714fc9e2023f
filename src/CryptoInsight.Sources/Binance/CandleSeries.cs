namespace CryptoInsight.Sources.Binance;

/// <summary>The candles of one symbol and interval.</summary>
public readonly record struct CandleSeries(Symbol Symbol, Interval Interval)
{
    /// <summary>The open time one candle earlier.</summary>
    public UnixMicros Before(UnixMicros openTime) => Interval.Floor(openTime + -1);

    /// <inheritdoc/>
    public override string ToString() => $"{Symbol} {Interval}";
}
