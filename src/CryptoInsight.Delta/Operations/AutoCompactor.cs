using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Log;

namespace CryptoInsight.Delta.Operations;

/// <summary>The hook after a commit that merges small files where the commit wrote.</summary>
internal sealed class AutoCompactor(DeltaTable table)
{
    // As many as Spark looks at after one commit.
    private const int PartitionsMax = 128;

    private readonly Lock _gate = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Ends when what was begun has ended.</summary>
    internal Task WhenIdle
    {
        get
        {
            lock (_gate)
            {
                return _running;
            }
        }
    }

    /// <summary>Called after every commit of this process. A commit that only rearranges starts nothing, so this never starts itself.</summary>
    internal Task AfterCommitAsync(PreparedCommit committed)
    {
        Snapshot snapshot = table.Snapshot;
        if (table.Options.Upkeep == LogUpkeepMode.Off || !committed.Actions.Any(static a => a is AddFile { DataChange: true }) || !IsOn(snapshot.Metadata))
        {
            return Task.CompletedTask;
        }

        HashSet<PartitionKey> crowded = Crowded(snapshot, committed);
        if (crowded.Count == 0)
        {
            return Task.CompletedTask;
        }

        if (table.Options.Upkeep == LogUpkeepMode.Inline)
        {
            return RunAsync(crowded);
        }

        lock (_gate)
        {
            // One at a time: what this commit crowded is still crowded after the next.
            if (_running.IsCompleted)
            {
                _running = Task.Run(() => RunAsync(crowded));
            }
        }

        return Task.CompletedTask;
    }

    private bool IsOn(Metadata metadata) => table.Options.AutoCompaction.Enabled
        ?? (metadata.Configuration.TryGetValue(TableProperties.AutoCompact, out string? text) ? IsYes(text) : TableProperties.Flag(metadata, "delta.autoOptimize", false));

    // "auto" lets the engine choose; this one chooses to do it. "legacy" is an older yes.
    private static bool IsYes(string text) => text.ToUpperInvariant() is "TRUE" or "AUTO" or "LEGACY";

    private HashSet<PartitionKey> Crowded(Snapshot snapshot, PreparedCommit committed)
    {
        TableLayout layout = TableLayout.Of(snapshot);
        Dictionary<PartitionKey, int> small = [];
        foreach (AddFile add in committed.Actions.OfType<AddFile>())
        {
            if (small.Count < PartitionsMax)
            {
                small[PartitionKey.Of(add, layout)] = 0;
            }
        }

        if (small.Count == 0)
        {
            return [];
        }

        long limit = table.Options.AutoCompaction.FileBytesTarget / 2;
        foreach (AddFile file in snapshot.Files)
        {
            if (file.Size < limit && PartitionKey.Of(file, layout) is var key && small.TryGetValue(key, out int files))
            {
                small[key] = files + 1;
            }
        }

        return [.. small.Where(p => p.Value >= table.Options.AutoCompaction.FilesMin).Select(static p => p.Key)];
    }

    private async Task RunAsync(HashSet<PartitionKey> crowded)
    {
        try
        {
            OptimizeSpec spec = new()
            {
                FileBytesTarget = table.Options.AutoCompaction.FileBytesTarget,
                SmallFileBytesMax = table.Options.AutoCompaction.FileBytesTarget / 2,
                OnlyPartitions = crowded,
            };
            CommitSpec commit = new("OPTIMIZE") { OperationParameters = new Dictionary<string, string> { ["predicate"] = "[]", ["zOrderBy"] = "[]", ["auto"] = "true" } };
            await Optimize.RunAsync(table, spec, commit, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The edge of a background task: the rows are safe without it, and its owner is told.
            table.Options.OnUpkeepFault?.Invoke(e);
        }
    }
}
