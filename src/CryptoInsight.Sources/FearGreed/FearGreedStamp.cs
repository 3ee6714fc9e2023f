namespace CryptoInsight.Sources.FearGreed;

/// <summary>What every row of one document carries besides its own content.</summary>
/// <param name="Source">Who gave it, such as <c>alternative.me</c>.</param>
/// <param name="Endpoint">The path that was asked, or the file's name.</param>
/// <param name="ParamsHash">A hash of the request's parameters, or of the file's content.</param>
public sealed record FearGreedStamp(string Source, string Endpoint, string ParamsHash, string RunId, UnixMicros IngestTime);
