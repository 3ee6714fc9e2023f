namespace CryptoInsight.Engine.Flows;

/// <summary>One commit of ingestion.</summary>
/// <param name="Version">The version of its Bronze table afterwards.</param>
/// <param name="Rows">Rows that it appended.</param>
public sealed record IngestCommit(long Version, long Rows);
