namespace CryptoInsight.Sources.Leaderboard;

/// <summary>What every row of one answer carries besides its own content.</summary>
/// <param name="ParamsHash">A hash of the request's parameters; no key is among them.</param>
public sealed record LeaderboardStamp(string Source, string Endpoint, string ParamsHash, string RunId, UnixMicros IngestTime);
