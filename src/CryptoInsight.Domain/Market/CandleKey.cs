using System.Globalization;

namespace CryptoInsight.Domain.Market;

/// <summary>What makes a candle itself: symbol, interval and open time.</summary>
public readonly record struct CandleKey(Symbol Symbol, Interval Interval, UnixMicros OpenTime)
{
    /// <summary>The <c>unique_key</c> column: <c>symbol|interval|open_time_ms</c>.</summary>
    public string UniqueKey =>
        string.Create(CultureInfo.InvariantCulture, $"{Symbol.Code}|{Interval.Code}|{OpenTime.Milliseconds}");
}
