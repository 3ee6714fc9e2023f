using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Operations;

/// <summary>How a table goes back to an older version.</summary>
public sealed record RestoreSpec
{
    /// <summary>Applications whose positions go back too, in the same commit: what they did since is done again. One that the old version does not know goes to -1.</summary>
    public IReadOnlyList<string> PositionsOf { get; init; } = [];

    /// <summary>True leaves the table's properties as they are now; only rows and columns go back.</summary>
    public bool KeepProperties { get; init; }

    /// <summary>True leaves out files that VACUUM removed; false refuses then.</summary>
    public bool IgnoreMissingFiles { get; init; }
}

/// <summary>Makes the newest version look like an older one, as a new commit: nothing is erased, and it can be undone.</summary>
internal static class Restore
{
    public static async Task<CommitOutcome> RunAsync(DeltaTable table, long version, RestoreSpec restore, CommitSpec spec, CancellationToken ct)
    {
        Snapshot target = await table.SnapshotAtAsync(version, ct).ConfigureAwait(false);
        spec = spec with { Transactions = [.. spec.Transactions, .. restore.PositionsOf.Select(id => new AppTransaction(id, target.TransactionVersion(id) ?? -1))] };
        PreparedCommit commit = await PlanAsync(table, table.Snapshot, target, restore, spec, ct).ConfigureAwait(false);
        return commit.Actions.Count == 0 && spec.Transactions.All(t => table.Snapshot.TransactionVersion(t.AppId) == t.Version)
            ? new CommitOutcome.Nothing(table.Snapshot.Version)
            : await table.Committer.CommitAsync(commit, ct).ConfigureAwait(false);
    }

    private static async Task<PreparedCommit> PlanAsync(DeltaTable table, Snapshot current, Snapshot target, RestoreSpec restore, CommitSpec spec, CancellationToken ct)
    {
        List<DeltaAction> actions = [];
        long now = table.Options.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (AddFile file in current.Files)
        {
            if (target.FindFile(file.Path) is not AddFile old || old.DeletionVector?.UniqueId != file.DeletionVector?.UniqueId)
            {
                actions.Add(FileMatches.RemoveOf(file, now, dataChange: true));
            }
        }

        List<AddFile> back = [.. target.Files.Where(f => current.FindFile(f.Path) is not AddFile live || live.DeletionVector?.UniqueId != f.DeletionVector?.UniqueId)];
        foreach (AddFile file in back)
        {
            if (await IsThereAsync(table.Store, file, ct).ConfigureAwait(false))
            {
                actions.Add(file with { DataChange = true });
            }
            else if (!restore.IgnoreMissingFiles)
            {
                throw new MissingFileException($"Version {target.Version} of the table at {table.Store.Root} cannot come back whole: VACUUM has removed files of it. Choose a newer version, or allow missing files.");
            }
        }

        Metadata metadata = restore.KeepProperties ? target.Metadata with { Configuration = current.Metadata.Configuration } : target.Metadata;
        bool isSame = restore.KeepProperties
            ? metadata.SchemaString == current.Metadata.SchemaString && metadata.PartitionColumns.SequenceEqual(current.Metadata.PartitionColumns)
            : TableLayout.Of(current).Fits(TableLayout.Of(target));
        if (!isSame)
        {
            // The protocol stays: features once switched on may have left their traces.
            actions.Add(metadata);
        }

        return new PreparedCommit(current, actions, spec)
        {
            Read = ReadSet.WholeTable,
            Rebase = async (newest, token) => await PlanAsync(table, newest, target, restore, spec, token).ConfigureAwait(false),
            Metrics = new CommitMetrics(0, 0, back.Count, actions.Count(static a => a is RemoveFile), 0, back.Sum(static f => f.Size)),
        };
    }

    private static async Task<bool> IsThereAsync(IObjectStore store, AddFile file, CancellationToken ct) =>
        await store.FindAsync(TablePath.ToKey(file.Path, store.Root), ct).ConfigureAwait(false) is not null
        && (file.DeletionVector is null || DeletionVectorFiles.KeyOf(file.DeletionVector, store.Root) is not string key || await store.FindAsync(key, ct).ConfigureAwait(false) is not null);
}
