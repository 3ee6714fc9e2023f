using CryptoInsight.Domain.Market;
using CryptoInsight.Sources.Files;

namespace CryptoInsight.Engine.Flows;

/// <summary>A file that was inspected and may be replayed.</summary>
public sealed record ReplayFile(string Path, KlineFileFacts Facts, KlineFileOptions Options, string RunId)
{
    /// <summary>Its rows in batches.</summary>
    public IAsyncEnumerable<IReadOnlyList<RawCandle>> ReadAsync(UnixMicros ingestTime) =>
        KlineFile.ReadAsync(Path, Facts, new KlineFileRun(RunId, ingestTime), Options);
}
