using System.Globalization;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
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

    /// <summary>Writes <c>VACUUM START</c> and <c>VACUUM END</c> into the history, as Spark does with logging on; a dry run never does.</summary>
    public bool InHistory { get; init; }

    /// <summary>Keeps every file that a follower at this version needs to go on, whatever its age, as for registered readers (<see cref="DeltaTable.Readers"/>); null: only they count.</summary>
    public long? NeededFrom { get; init; }
}

/// <summary>What VACUUM removed, or would remove.</summary>
/// <param name="Keys">The files, below the table's root.</param>
/// <param name="Bytes">Their size together; with <c>Full = false</c> as the log says, unknown sizes as 0.</param>
/// <param name="WasFull">Whether the folder was looked through.</param>
/// <param name="WasDryRun">Whether the files are still there.</param>
public sealed record VacuumOutcome(IReadOnlyList<string> Keys, long Bytes, bool WasFull, bool WasDryRun)
{
    /// <summary>Temporary files of writers that died, older than a day, that went too.</summary>
    public int UnfinishedRemoved { get; init; }
}

/// <summary>Removes files that no version inside the retention needs.</summary>
/// <remarks>Never a file of the newest version, whatever the clocks say; never the log. <b>Source</b>: PROTOCOL.md, "File Types"; hidden folders are not the table's.</remarks>
internal static class Vacuum
{
    // A file is written in seconds or minutes: after a day nobody finishes it.
    private static readonly TimeSpan s_unfinishedAge = TimeSpan.FromDays(1);

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
        HashSet<string> needed = await NeededAsync(table, snapshot, tombstones, cutoff, DeltaTable.Lowest(spec.NeededFrom, await table.Readers.NeededFromAsync(ct).ConfigureAwait(false)), ct).ConfigureAwait(false);
        List<(string Key, long Bytes)> found = spec.Full
            ? await InFolderAsync(table.Store, needed, cutoff, ct).ConfigureAwait(false)
            : InLog(table.Store, tombstones, needed, cutoff);
        VacuumOutcome outcome = new([.. found.Select(static f => f.Key)], found.Sum(static f => f.Bytes), spec.Full, spec.DryRun);
        return spec.DryRun ? outcome : outcome with { UnfinishedRemoved = await RemoveAsync(table, spec, outcome, least, ct).ConfigureAwait(false) };
    }

    private static async Task<int> RemoveAsync(DeltaTable table, VacuumSpec spec, VacuumOutcome found, TimeSpan tableRetention, CancellationToken ct)
    {
        Dictionary<string, string> parameters = new()
        {
            ["retentionCheckEnabled"] = spec.AllowShortRetention ? "false" : "true",
            ["defaultRetentionMillis"] = ((long)tableRetention.TotalMilliseconds).ToString(CultureInfo.InvariantCulture),
        };
        if (spec.Retention is { } asked)
        {
            parameters["specifiedRetentionMillis"] = ((long)asked.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        }

        await NoteAsync(table, spec, new CommitSpec("VACUUM START") { OperationParameters = parameters }, new() { ["numFilesToDelete"] = found.Keys.Count, ["sizeOfDataToDelete"] = found.Bytes }, ct).ConfigureAwait(false);
        foreach (string key in found.Keys)
        {
            await table.Store.DeleteAsync(key, ct).ConfigureAwait(false);
        }

        int unfinished = await table.Store.SweepUnfinishedAsync(table.Options.Clock.GetUtcNow() - s_unfinishedAge, ct).ConfigureAwait(false);
        await NoteAsync(table, spec, new CommitSpec("VACUUM END") { OperationParameters = new Dictionary<string, string> { ["status"] = "COMPLETED" } }, new() { ["numDeletedFiles"] = found.Keys.Count, ["numVacuumedDirectories"] = found.Keys.Select(static k => k[..(k.LastIndexOf('/') + 1)]).Distinct(StringComparer.Ordinal).Count() }, ct).ConfigureAwait(false);
        return unfinished;
    }

    // It changes nothing, so it conflicts with nothing but a change of the protocol, and that is as good as noted the next time.
    private static async Task NoteAsync(DeltaTable table, VacuumSpec spec, CommitSpec commit, Dictionary<string, long> metrics, CancellationToken ct)
    {
        if (spec.InHistory)
        {
            await table.Committer.CommitAsync(new PreparedCommit(await table.RefreshAsync(ct).ConfigureAwait(false), [], commit) { Notes = metrics }, ct).ConfigureAwait(false);
        }
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
