using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Domain.Market;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Lake.FearGreed;
using CryptoInsight.Sources.FearGreed;

namespace CryptoInsight.Engine.Flows;

/// <summary>A recorded index to Bronze, once however often its content is given: the position, rows done by content hash, lies in the commit.</summary>
public static class ReplayFearGreed
{
    /// <summary>Appends the file's rows; returns how many were added.</summary>
    public static async Task<int> RunAsync(FearGreedFile file, BronzeFearGreedTable bronze, string runId, UnixMicros ingestTime, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(bronze);
        string position = IngestPositions.Replay(file.ContentSha256);
        Snapshot read = await bronze.Table.RefreshAsync(ct).ConfigureAwait(false);
        if (read.TransactionVersion(position) is not null)
        {
            return 0; // one file is one commit, so it is there whole
        }

        AppTransaction[] positions = [new(position, file.Rows.Count), new(IngestPositions.SourceOrigin, (long)SeriesOrigin.Spot)];
        var fence = new Fence(read.Version) { OnlyForAppIds = [position] };
        CommitOutcome outcome = await bronze.AppendAsync([.. file.Rows.Select(r => r with { IngestRunId = runId, IngestTime = ingestTime })], positions, fence, ct).ConfigureAwait(false);
        return outcome.Match(
            _ => file.Rows.Count,
            _ => 0,
            superseded => throw new IOException($"Another replay of the same file is running: {superseded.Why} Wait for it, then replay again; nothing is doubled."),
            conflict => throw new IOException($"Bronze was changed under this replay: {conflict.Why} Replay again; nothing is doubled."));
    }
}
