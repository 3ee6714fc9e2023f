using System.Globalization;
using System.Runtime.CompilerServices;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Lake.Checks;

/// <summary>Checks that any Delta table must pass: its log, its live files, their deletion vectors and their statistics.</summary>
public static class TableChecks
{
    private const int ExamplesMax = 3;
    private const string LogFolder = "_delta_log/";

    /// <summary>The checks in the order in which an operator would ask; a check that cannot go on fails and the next one is made.</summary>
    public static async IAsyncEnumerable<CheckOutcome> RunAsync(string name, DeltaTable table, [EnumeratorCancellation] CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        Snapshot snapshot = table.Snapshot;
        yield return await GuardedAsync(name, "log", () => LogAsync(name, table, ct)).ConfigureAwait(false);
        Dictionary<string, long> stored = [];
        yield return await GuardedAsync(name, "files", () => FilesAsync(name, table, snapshot, stored, ct)).ConfigureAwait(false);
        yield return await GuardedAsync(name, "deletion vectors", () => VectorsAsync(name, table, snapshot, ct)).ConfigureAwait(false);
        AddFile[] there = [.. snapshot.Files.Where(f => stored.ContainsKey(TablePath.ToKey(f.Path, table.Store.Root)))];
        yield return await GuardedAsync(name, "statistics", () => StatisticsCheck.RunAsync(name, table, snapshot, there, ct)).ConfigureAwait(false);
    }

    /// <summary>A check that is stopped by the very damage that it looks for has failed.</summary>
    internal static async Task<CheckOutcome> GuardedAsync(string table, string check, Func<Task<CheckOutcome>> body)
    {
        try
        {
            return await body().ConfigureAwait(false);
        }
        catch (Exception damage) when (damage is DeltaException or IOException or Sql.SqlException or UnauthorizedAccessException)
        {
            return CheckOutcome.Failed(table, check, damage.Message);
        }
    }

    /// <summary>Every commit that is kept can be read and none is missing between them; the oldest version that can be built is built.</summary>
    private static async Task<CheckOutcome> LogAsync(string name, DeltaTable table, CancellationToken ct)
    {
        long commits = 0, oldest = -1, newest = -1;
        await foreach (CommitDescription commit in table.HistoryAsync(ct).ConfigureAwait(false))
        {
            newest = commits == 0 ? commit.Version : newest;
            oldest = commit.Version;
            commits++;
        }

        if (commits == 0)
        {
            return CheckOutcome.Failed(name, "log", "no commit is kept beside the checkpoint: the log can be followed no more");
        }

        if (await OldestCommitAsync(table, ct).ConfigureAwait(false) is { } kept && kept < oldest)
        {
            return CheckOutcome.Failed(name, "log", Text($"the commit of version {oldest - 1} is missing, though older ones (from {kept}) are there"));
        }

        string built = "built from its first version on";
        try
        {
            await table.SnapshotAtAsync(oldest, ct).ConfigureAwait(false);
        }
        catch (VersionNotFoundException)
        {
            built = "built from a checkpoint; older commits are kept for followers only";
        }

        return CheckOutcome.Ok(name, "log", Text($"versions {oldest} to {newest}, {commits:N0} commits read, {built}"));
    }

    private static async Task<long?> OldestCommitAsync(DeltaTable table, CancellationToken ct)
    {
        await foreach (StoredObject file in table.Store.ListAsync(LogFolder, null, ct).ConfigureAwait(false))
        {
            ReadOnlySpan<char> rest = file.Key.AsSpan(LogFolder.Length);
            if (rest.EndsWith(".json", StringComparison.Ordinal) && long.TryParse(rest[..^".json".Length], NumberStyles.None, CultureInfo.InvariantCulture, out long version))
            {
                return version; // in ordinal order, which is that of versions
            }
        }

        return null;
    }

    private static async Task<CheckOutcome> FilesAsync(string name, DeltaTable table, Snapshot snapshot, Dictionary<string, long> stored, CancellationToken ct)
    {
        Dictionary<string, AddFile> live = snapshot.Files.ToDictionary(f => TablePath.ToKey(f.Path, table.Store.Root), f => f, StringComparer.Ordinal);
        await foreach (StoredObject found in table.Store.ListAsync("", null, ct).ConfigureAwait(false))
        {
            if (live.ContainsKey(found.Key))
            {
                stored[found.Key] = found.Length;
            }
        }

        string[] missing = [.. live.Keys.Where(k => !stored.ContainsKey(k))];
        string[] wrong = [.. live.Where(f => stored.TryGetValue(f.Key, out long length) && length != f.Value.Size).Select(f => f.Key)];
        return missing.Length + wrong.Length > 0
            ? CheckOutcome.Failed(name, "files", Text($"{missing.Length:N0} of {live.Count:N0} files are missing{Examples(missing)}; {wrong.Length:N0} have another size than the log says{Examples(wrong)}"))
            : CheckOutcome.Ok(name, "files", Text($"{live.Count:N0} live files, {live.Values.Sum(f => f.Size):N0} bytes, each there with its size"));
    }

    private static async Task<CheckOutcome> VectorsAsync(string name, DeltaTable table, Snapshot snapshot, CancellationToken ct)
    {
        long vectors = 0, rows = 0;
        foreach (AddFile file in snapshot.Files.Where(f => f.DeletionVector is not null))
        {
            DeletionVector deleted = await table.DeletedRowsAsync(file, ct).ConfigureAwait(false); // compares checksum and cardinality
            if (StatisticsText.NumRecords(file) is { } records && deleted.LastRow >= records)
            {
                return CheckOutcome.Failed(name, "deletion vectors", Text($"the vector of {Shown(file.Path)} deletes row {deleted.LastRow} of a file with {records} rows"));
            }

            vectors++;
            rows += deleted.Cardinality;
        }

        return CheckOutcome.Ok(name, "deletion vectors", Text($"{vectors:N0} vectors read, {rows:N0} deleted rows, as many as the log says"));
    }

    internal static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    internal static string Examples(IReadOnlyCollection<string> names) => names.Count == 0 ? "" : $" (such as {string.Join(", ", names.Take(ExamplesMax).Select(Shown))})";

    /// <summary>Text out of a table, made fit for a terminal.</summary>
    internal static string Shown(string text) => new([.. text.Take(120).Select(c => char.IsControl(c) ? ' ' : c)]);
}
