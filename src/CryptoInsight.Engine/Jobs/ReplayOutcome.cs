namespace CryptoInsight.Engine.Jobs;

/// <summary>What a replay of dead letters came to.</summary>
/// <param name="Replayed">Rows that pass now; they are in Silver, or a greater row of their key is.</param>
/// <param name="Rejected">Rows that are refused still.</param>
/// <param name="WithoutRow">Letters that are not of a Bronze row: requests that the exchange refused.</param>
/// <param name="RowsWritten">Rows that Silver did not have so.</param>
public sealed record ReplayOutcome(long Replayed, long Rejected, long WithoutRow, long RowsWritten);
