namespace CryptoInsight.Engine.Flows;

/// <summary>How long ingestion goes on, and by what.</summary>
public enum IngestMode
{
    /// <summary>What is missing up to now, then it ends.</summary>
    Once,

    /// <summary>On and on, by REST alone.</summary>
    Poll,

    /// <summary>On and on, by the exchange's streams where it has them.</summary>
    Forever,

    /// <summary>History before what is followed, then it ends.</summary>
    Backfill,
}
