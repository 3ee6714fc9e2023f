using CryptoInsight.Sources.Files;

namespace CryptoInsight.Sources.Tests.Files;

/// <summary>Inspects and reads files for tests.</summary>
internal static class Replays
{
    public static readonly IngestRun Run = new("run-7", UnixMicros.FromMilliseconds(1_800_000_000_000));

    public static KlineFileFacts Facts(string path, KlineFileOptions? options = null) =>
        KlineFile.Inspect(path, options ?? new KlineFileOptions()).Match(r => r.Facts, r => throw new Xunit.Sdk.XunitException($"{r.Reason}: {r.Message}"));

    public static (KlineFileRefusal Reason, string Message) Refusal(string path, KlineFileOptions? options = null) =>
        KlineFile.Inspect(path, options ?? new KlineFileOptions()).Match(r => throw new Xunit.Sdk.XunitException($"readable: {r.Facts}"), r => (r.Reason, r.Message));

    public static async Task<List<RawCandle>> RowsAsync(string path, KlineFileOptions? options = null, long rowsDone = 0)
    {
        List<RawCandle> rows = [];
        await foreach (IReadOnlyList<RawCandle> batch in KlineFile.ReadAsync(path, Facts(path, options), Run, options ?? new KlineFileOptions(), rowsDone))
        {
            rows.AddRange(batch);
        }

        return rows;
    }
}
