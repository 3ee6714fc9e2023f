namespace CryptoInsight.Host.Output;

/// <summary>How rows are printed.</summary>
public enum OutputForm
{
    /// <summary>For people.</summary>
    Table,

    /// <summary>One JSON array.</summary>
    Json,

    /// <summary>One JSON object a line.</summary>
    Ndjson,

    /// <summary>RFC 4180 with a header.</summary>
    Csv,
}
