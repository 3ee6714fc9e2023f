namespace CryptoInsight.PaperExchange.Recordings;

/// <summary>When a recording plays.</summary>
public enum RecordingTime
{
    /// <summary>Shifted by whole candles, so that it goes on from the exchange's time at the start.</summary>
    FromNow,

    /// <summary>At its own times; the exchange's clock starts with the earliest recording unless it is set.</summary>
    AsRecorded,
}
