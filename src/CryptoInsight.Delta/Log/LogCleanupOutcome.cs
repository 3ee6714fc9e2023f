namespace CryptoInsight.Delta.Log;

/// <summary>What a cleanup of the log did.</summary>
/// <param name="OldestVersion">The oldest version that can still be built.</param>
/// <param name="FilesRemoved">How many log files went.</param>
public sealed record LogCleanupOutcome(long OldestVersion, int FilesRemoved);
