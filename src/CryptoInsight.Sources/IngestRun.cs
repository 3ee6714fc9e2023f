namespace CryptoInsight.Sources;

/// <summary>The run that takes rows in: what it stamps on each of them.</summary>
/// <param name="RunId">The id of the run.</param>
/// <param name="IngestTime">When the run's bytes arrived: for a replay the time of the replay, the same for every row.</param>
public sealed record IngestRun(string RunId, UnixMicros IngestTime);
