namespace CryptoInsight.Domain.Signals;

/// <summary>Candles of one symbol and interval as columns, the way a table is read: one entry per candle in each span.</summary>
/// <remarks>Times in microseconds. <see cref="QuoteVolume"/> and <see cref="Trades"/> are empty if no candle has them; else a missing one is NaN or <see cref="NoTrades"/>.</remarks>
public readonly ref struct CandleColumns
{
    /// <summary>Stands for a missing count of trades.</summary>
    public const long NoTrades = long.MinValue;

    /// <summary>Open times in microseconds.</summary>
    public required ReadOnlySpan<long> OpenTime { get; init; }

    /// <summary>Opens.</summary>
    public required ReadOnlySpan<double> Open { get; init; }

    /// <summary>Highs.</summary>
    public required ReadOnlySpan<double> High { get; init; }

    /// <summary>Lows.</summary>
    public required ReadOnlySpan<double> Low { get; init; }

    /// <summary>Closes.</summary>
    public required ReadOnlySpan<double> Close { get; init; }

    /// <summary>Volumes.</summary>
    public required ReadOnlySpan<double> Volume { get; init; }

    /// <summary>Quote volumes, NaN where missing; or empty.</summary>
    public ReadOnlySpan<double> QuoteVolume { get; init; }

    /// <summary>Trades, <see cref="NoTrades"/> where missing; or empty.</summary>
    public ReadOnlySpan<long> Trades { get; init; }

    /// <summary>How many candles there are; <see cref="ArgumentException"/> if the columns disagree.</summary>
    public int Count
    {
        get
        {
            int n = OpenTime.Length;
            bool agree = Open.Length == n && High.Length == n && Low.Length == n && Close.Length == n && Volume.Length == n
                && (QuoteVolume.IsEmpty || QuoteVolume.Length == n) && (Trades.IsEmpty || Trades.Length == n);
            return agree ? n : throw new ArgumentException("The columns of candles have different lengths.");
        }
    }
}
