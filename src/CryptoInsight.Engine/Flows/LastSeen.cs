using CryptoInsight.Domain.Market;

namespace CryptoInsight.Engine.Flows;

/// <summary>The last candles appended per series: a re-read one that did not change need not be written again.</summary>
/// <remarks>Only a saving: a duplicate in Bronze is lawful, Silver gives it its verdict.</remarks>
internal sealed class LastSeen
{
    private const int PerSeries = 8;

    private readonly Dictionary<(Symbol, Interval), Queue<(UnixMicros OpenTime, string RawJson)>> _series = [];

    /// <summary>True, and remembered, if this very candle was not among the last of its series.</summary>
    public bool IsNew(RawCandle candle)
    {
        if (candle.OpenTime is not { } openTime)
        {
            return true;
        }

        if (!_series.TryGetValue((candle.Symbol, candle.Interval), out Queue<(UnixMicros OpenTime, string RawJson)>? last))
        {
            _series.Add((candle.Symbol, candle.Interval), last = new());
        }

        if (last.Any(c => c.OpenTime == openTime && c.RawJson == candle.RawJson))
        {
            return false;
        }

        last.Enqueue((openTime, candle.RawJson));
        if (last.Count > PerSeries)
        {
            last.Dequeue();
        }

        return true;
    }
}
