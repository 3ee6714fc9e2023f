namespace CryptoInsight.Sources.Binance;

/// <summary>The exchange's live streams of candles, as whoever follows series sees them: they tell what they get, and may lose or withhold anything at any time.</summary>
public interface ICandleStreams
{
    /// <summary>Stays connected to the streams of these series until it is cancelled, and hands over every closed candle as it comes.</summary>
    /// <param name="series">What to listen to.</param>
    /// <param name="take">Takes a closed candle. It never waits: the sockets cannot.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task RunAsync(IReadOnlyList<CandleSeries> series, Action<RawCandle> take, CancellationToken cancellationToken);

    /// <summary>Whether the stream of a series is connected, since when, and if not, why.</summary>
    StreamState StateOf(CandleSeries series);

    /// <summary>REST had a candle that the connected stream did not tell: it may have gone silent.</summary>
    void Missed(CandleSeries series);
}
