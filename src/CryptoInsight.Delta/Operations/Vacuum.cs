using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Operations;

/// <summary>Which files VACUUM may take.</summary>
public sealed record VacuumSpec
{
    /// <summary>How long a removed file stays for readers of old versions; null: the table's <c>delta.deletedFileRetentionDuration</c> (7 days).</summary>
    public TimeSpan? Retention { get; init; }

    /// <summary>Only says what it would remove.</summary>
    public bool DryRun { get; init; }

    /// <summary>True looks at every file of the folder, so that files of failed writers go too; false takes only those that the log still names as removed.</summary>
    public bool Full { get; init; } = true;

    /// <summary>Allows a retention below the table's own: running readers and writers may lose files under their hands.</summary>
    public bool AllowShortRetention { get; init; }

    /// <summary>Keeps every file that a follower at this version needs to go on, whatever its age; null: none follows.</summary>
    public long? NeededFrom { get; init; }
}

/// <summary>What VACUUM removed, or would remove.</summary>
/// <param name="Keys">The files, below the table's root.</param>
/// <param name="Bytes">Their size together; with <c>Full = false</c> as the log says, unknown sizes as 0.</param>
/// <param name="WasFull">Whether the folder was looked through.</param>
/// <param name="WasDryRun">Whether the files are still there.</param>
public sealed record VacuumOutcome(IReadOnlyList<string> Keys, long Bytes, bool WasFull, bool WasDryRun);

/// <summary>Removes files that no version inside the retention needs.</summary>
/// <remarks>Never a file of the newest version, whatever the clocks say; never the log. <b>Source</b>: PROTOCOL.md, "File Types"; hidden folders are not the table's.</remarks>
internal static class Vacuum
{
    public static async Task<VacuumOutcome> RunAsync(DeltaTable table, VacuumSpec spec, CancellationToken ct)
    {
        // Before the look at the table: what is committed after it is then younger than any cutoff, however long this process sleeps in between.
        DateTimeOffset now = table.Options.Clock.GetUtcNow();
        Snapshot snapshot = await table.RefreshAsync(ct).ConfigureAwait(false);
        ProtocolSupport.CheckWritable(snapshot.Protocol, snapshot.Metadata, snapshot.Schema, table.Store.Root);
        TimeSpan least = TableProperties.DeletedFileRetention(snapshot.Metadata);
        TimeSpan retention = spec.Retention ?? least;
        if (retention < least && !spec.AllowShortRetention)
        {
            throw new DeltaException($"VACUUM with a retention of {retention} would remove files of the table at {table.Store.Root} that readers may still need; the table keeps them for {least}. Ask for a longer retention, or allow a short one knowing that nobody reads or writes.");
        }

        DateTimeOffset cutoff = now - retention;
        IReadOnlyCollection<RemoveFile> tombstones = await Tombstones.ReadAsync(table.Log, snapshot, long.MinValue, ct).ConfigureAwait(false);
        HashSet<string> needed = await NeededAsync(table, snapshot, tombstones, cutoff, spec.NeededFrom, ct).ConfigureAwait(false);
        List<(string Key, long Bytes)> found = spec.Full
            ? await InFolderAsync(table.Store, needed, cutoff, ct).ConfigureAwait(false)
            : InLog(table.Store, tombstones, needed, cutoff);
        if (!spec.DryRun)
        {
            foreach ((string key, _) in found)
            {
                await table.Store.DeleteAsync(key, ct).ConfigureAwait(false);
            }
        }

        return new VacuumOutcome([.. found.Select(static f => f.Key)], found.Sum(static f => f.Bytes), spec.Full, spec.DryRun);
    }

    private static async Task<HashSet<string>> NeededAsync(DeltaTable table, Snapshot snapshot, IReadOnlyCollection<RemoveFile> tombstones, DateTimeOffset cutoff, long? neededFrom, CancellationToken ct)
    {
        Uri root = table.Store.Root;
        HashSet<string> needed = new(StringComparer.Ordinal);
        foreach (AddFile file in snapshot.Files)
        {
            Keep(needed, root, file.Path, file.DeletionVector);
        }

        foreach (RemoveFile removed in tombstones.Where(t => t.DeletionTimestamp >= cutoff.ToUnixTimeMilliseconds()))
        {
            Keep(needed, root, removed.Path, removed.DeletionVector);
        }

        for (long version = (neededFrom ?? snapshot.Version) + 1; version <= snapshot.Version; version++)
        {
            // A commit that is cleaned can be followed no more: nothing is kept for it.
            if (await table.Log.CommitAtAsync(version, ct).ConfigureAwait(false) is LogCommit commit)
            {
                commit.Adds.ForEach(a => Keep(needed, root, a.Path, a.DeletionVector));
                commit.Removes.ForEach(r => Keep(needed, root, r.Path, r.DeletionVector));
                commit.ChangeFiles.ForEach(c => Keep(needed, root, c.Path, null));
            }
        }

        return needed;
    }

    private static void Keep(HashSet<string> needed, Uri root, string path, DeletionVectorDescriptor? vector)
    {
        needed.Add(TablePath.Canonical(path, root));
        if (vector is not null && vector.StorageType != "i" && DeletionVectorFiles.KeyOf(vector, root) is string key)
        {
            needed.Add(key);
        }
    }

    private static async Task<List<(string Key, long Bytes)>> InFolderAsync(IObjectStore store, HashSet<string> needed, DateTimeOffset cutoff, CancellationToken ct)
    {
        List<(string, long)> found = [];
        await foreach (StoredObject file in store.ListAsync("", null, ct).ConfigureAwait(false))
        {
            if (!IsHidden(file.Key) && file.ModifiedAt < cutoff && !needed.Contains(file.Key))
            {
                found.Add((file.Key, file.Length));
            }
        }

        return found;
    }

    private static List<(string Key, long Bytes)> InLog(IObjectStore store, IReadOnlyCollection<RemoveFile> tombstones, HashSet<string> needed, DateTimeOffset cutoff)
    {
        Dictionary<string, long> found = new(StringComparer.Ordinal);
        foreach (RemoveFile removed in tombstones.Where(t => (t.DeletionTimestamp ?? 0) < cutoff.ToUnixTimeMilliseconds()))
        {
            string key = TablePath.Canonical(removed.Path, store.Root);
            if (StoreKey.IsLawful(key) && !key.Contains("://", StringComparison.Ordinal) && !needed.Contains(key))
            {
                found[key] = removed.Size ?? 0;
            }

            if (removed.DeletionVector is { StorageType: not "i" } vector && DeletionVectorFiles.KeyOf(vector, store.Root) is string bin && !needed.Contains(bin))
            {
                found.TryAdd(bin, 0);
            }
        }

        return [.. found.Select(static f => (f.Key, f.Value))];
    }

    // Folders that begin with _ or . are not data, but for change data and partitions of columns so named.
    private static bool IsHidden(string key)
    {
        string[] segments = key.Split('/');
        for (int i = 0; i < segments.Length; i++)
        {
            bool marked = segments[i].StartsWith('_') || segments[i].StartsWith('.');
            bool isChangeData = i == 0 && segments.Length > 1 && segments[i] == DataFileWriter.ChangeFolder.TrimEnd('/');
            bool isPartition = i < segments.Length - 1 && segments[i].Contains('=', StringComparison.Ordinal);
            if (marked && !isChangeData && !isPartition)
            {
                return true;
            }
        }

        return false;
    }
}
