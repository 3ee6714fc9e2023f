using CryptoInsight.Domain.Market;
using CryptoInsight.Sources;
using CryptoInsight.Sources.Files;

namespace CryptoInsight.Engine.Flows;

/// <summary>A file that was inspected and may be replayed.</summary>
public sealed record ReplayFile(string Path, KlineFileFacts Facts, KlineFileOptions Options, string RunId)
{
    /// <summary>Its rows in batches, but for the first <paramref name="rowsDone"/>.</summary>
    public IAsyncEnumerable<IReadOnlyList<RawCandle>> ReadAsync(UnixMicros ingestTime, long rowsDone) =>
        KlineFile.ReadAsync(Path, Facts, new IngestRun(RunId, ingestTime), Options, rowsDone);
}
