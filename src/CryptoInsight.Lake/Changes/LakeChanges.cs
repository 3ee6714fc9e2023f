using System.Globalization;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Lake.Operations;
using CryptoInsight.Lake.Sql;

namespace CryptoInsight.Lake.Changes;

/// <summary>Carries out the statements that change a lake, and writes each down in <c>ops_events</c>. The caller holds the lake's lock, or is the node that does.</summary>
/// <param name="lake">The lake.</param>
/// <param name="clock">When it is done.</param>
/// <param name="newRunId">Makes the name of a run, given what it does.</param>
public sealed class LakeChanges(LakeLocation lake, TimeProvider clock, Func<string, string> newRunId)
{
    private const int DryRunFilesShownMax = 1_000;

    /// <summary>Does it; <see cref="SqlException"/>, <see cref="ConsentMissingException"/>, <see cref="LossRefusedException"/> or <see cref="DeltaException"/> say why not.</summary>
    public Task<ChangeAnswer> RunAsync(LakeChange change, ChangeConsent consent, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        ArgumentNullException.ThrowIfNull(consent);
        return change.Match(
            optimize => OptimizeAsync(optimize, ct),
            vacuum => VacuumAsync(vacuum, ct),
            restore => RestoreAsync(restore, consent, ct),
            view => CreateViewAsync(view, ct),
            view => DropViewAsync(view, ct),
            table => DropTableAsync(table, consent, ct));
    }

    private async Task<ChangeAnswer> OptimizeAsync(LakeChange.Optimize change, CancellationToken ct)
    {
        DeltaTable table = await Catalog().OpenAsync(change.Name, ct).ConfigureAwait(false);
        IReadOnlyList<string> partitions = table.Snapshot.Metadata.PartitionColumns;
        if (change.Where is { } where && ColumnsOf(where).Except(partitions, StringComparer.OrdinalIgnoreCase).Any())
        {
            throw new SqlException(partitions.Count == 0
                ? $"{change.Name} has no partitions, so OPTIMIZE takes no WHERE for it."
                : $"OPTIMIZE {change.Name} WHERE takes conditions on {string.Join(", ", partitions)} only: files are rewritten partition by partition.");
        }

        long start = clock.GetTimestamp();
        OptimizeOutcome done = await table.OptimizeAsync(new OptimizeSpec { Where = change.Where, ZOrderBy = change.ZOrderBy }, ct: ct).ConfigureAwait(false);
        await TellAsync(e => e.Optimized(change, done, clock.GetElapsedTime(start)), "optimize", ct).ConfigureAwait(false);
        return new ChangeAnswer(
            ["table", "version", "files_removed", "files_added", "bytes_removed", "bytes_added", "rows_purged", "partitions_done", "partitions_left"],
            [[change.Name, done.Version, done.FilesRemoved, done.FilesAdded, done.BytesRemoved, done.BytesAdded, done.RowsPurged, done.PartitionsDone, done.PartitionsLeft]])
        {
            Note = done.Version is null ? $"{change.Name} is laid out already: nothing was rewritten." : null,
        };
    }

    private async Task<ChangeAnswer> VacuumAsync(LakeChange.Vacuum change, CancellationToken ct)
    {
        DeltaTable table = await Catalog().OpenAsync(change.Name, ct).ConfigureAwait(false);
        long start = clock.GetTimestamp();
        VacuumOutcome done = await table.VacuumAsync(new VacuumSpec { Retention = change.Retention, DryRun = change.DryRun }, ct).ConfigureAwait(false);
        if (change.DryRun)
        {
            return new ChangeAnswer(["path"], [.. done.Keys.Take(DryRunFilesShownMax).Select(k => (IReadOnlyList<object?>)[k])])
            {
                Note = string.Create(CultureInfo.InvariantCulture, $"VACUUM {change.Name} would remove {done.Keys.Count} files of {done.Bytes} bytes together."),
            };
        }

        await TellAsync(e => e.Vacuumed(change, done, clock.GetElapsedTime(start)), "vacuum", ct).ConfigureAwait(false);
        return new ChangeAnswer(["table", "files_removed", "bytes_removed"], [[change.Name, done.Keys.Count, done.Bytes]]);
    }

    private async Task<ChangeAnswer> RestoreAsync(LakeChange.Restore change, ChangeConsent consent, CancellationToken ct)
    {
        DeltaTable table = await Catalog().OpenAsync(change.Name, ct).ConfigureAwait(false);
        long before = table.Snapshot.Version;
        long version = change.Version ?? (await table.SnapshotAtAsync(change.Instant!.Value, ct).ConfigureAwait(false)).Version;
        long now = (await LakeRestore.RunAsync(change.Name, table, version, consent.AcceptLoss, ct).ConfigureAwait(false)).Match(
            committed => committed.Version,
            nothing => nothing.Version,
            superseded => throw new SqlException($"{change.Name} was not restored: {superseded.Why} Run it again."),
            conflict => throw new SqlException($"{change.Name} was not restored: {conflict.Why} Run it again."));
        await TellAsync(e => e.Restored(change.Name, before, version, consent.AcceptLoss), "restore", ct).ConfigureAwait(false);
        return new ChangeAnswer(["table", "restored_to", "was_at", "version", "rows"], [[change.Name, version, before, now, table.Snapshot.RowCount]]);
    }

    private async Task<ChangeAnswer> CreateViewAsync(LakeChange.CreateView change, CancellationToken ct)
    {
        LakeCatalog catalog = Catalog();
        if (LakeCatalog.IsBuiltInView(change.Name) || LakeTables.Definitions.ContainsKey(change.Name) || await catalog.FindAsync(change.Name, ct).ConfigureAwait(false) is not null)
        {
            throw new SqlException($"{change.Name} is a table or view of the program; give the view another name.");
        }

        bool isThere = (await catalog.ViewNamesAsync(ct).ConfigureAwait(false)).Contains(change.Name);
        if (isThere && change.IfNotExists)
        {
            return Status($"View {change.Name} is there already.");
        }

        var view = new StoredView(change.Name, change.Query, change.Columns, clock.GetUtcNow());
        await using (SqlSession session = SqlSession.Open(lake, catalog, new SqlSessionOptions { Clock = clock }))
        {
            await session.CheckViewAsync(view, ct).ConfigureAwait(false);
        }

        if (!await catalog.PutViewAsync(view, change.OrReplace, ct).ConfigureAwait(false))
        {
            throw new SqlException($"There is a view {change.Name} already; write CREATE OR REPLACE VIEW.");
        }

        await TellAsync(e => e.ViewStored(change.Name, change.Query, isThere), "view", ct).ConfigureAwait(false);
        return Status($"View {change.Name} is {(isThere ? "replaced" : "created")}.");
    }

    private async Task<ChangeAnswer> DropViewAsync(LakeChange.DropView change, CancellationToken ct)
    {
        LakeCatalog catalog = Catalog();
        if (LakeCatalog.IsBuiltInView(change.Name))
        {
            throw new SqlException($"{change.Name} belongs to the program and cannot be dropped.");
        }

        if (!(await catalog.ViewNamesAsync(ct).ConfigureAwait(false)).Contains(change.Name))
        {
            return change.IfExists ? Status($"There was no view {change.Name}.") : throw new SqlException($"There is no view {change.Name}. {await catalog.KnownAsync(ct).ConfigureAwait(false)}");
        }

        await catalog.DropViewAsync(change.Name, ct).ConfigureAwait(false);
        await TellAsync(e => e.ViewDropped(change.Name), "view", ct).ConfigureAwait(false);
        return Status($"View {change.Name} is dropped.");
    }

    /// <summary>The table's folder is moved aside, at once and whole: a mistake can be taken back by moving it again.</summary>
    private async Task<ChangeAnswer> DropTableAsync(LakeChange.DropTable change, ChangeConsent consent, CancellationToken ct)
    {
        LakeCatalog catalog = Catalog();
        if (!(await catalog.TableNamesAsync(ct).ConfigureAwait(false)).Contains(change.Name))
        {
            return change.IfExists ? Status($"There was no table {change.Name}.") : throw new TableNotFoundException($"There is no table {change.Name} in this lake. {await catalog.KnownAsync(ct).ConfigureAwait(false)}");
        }

        if (consent.DropConfirmed != change.Name)
        {
            throw new ConsentMissingException($"DROP TABLE {change.Name} takes the table away with its whole history. Say so: cryptoinsight sql \"DROP TABLE {change.Name}\" --confirm {change.Name}");
        }

        if (lake.StoreOf(change.Name).Root is not { IsFile: true } root)
        {
            throw new SqlException("DROP TABLE works on lakes in a folder; remove the table's prefix in the object store by its own tools.");
        }

        string runId = newRunId("drop"), aside = Path.Combine(lake.Root, ".cryptoinsight", "dropped", $"{change.Name}-{runId}");
        Directory.CreateDirectory(Path.GetDirectoryName(aside)!);
        Directory.Move(root.LocalPath.TrimEnd('/'), aside);
        string shown = Path.GetRelativePath(lake.Root, aside);
        await TellByIdAsync(e => e.TableDropped(change.Name, shown), runId, ct).ConfigureAwait(false);
        return Status($"Table {change.Name} is dropped. Its files lie in {shown} below the lake: delete that folder to free the space, or move it back to undo.");
    }

    private LakeCatalog Catalog() => new(lake, new DeltaTableOptions { Clock = clock });

    private Task TellAsync(Func<ChangeEvents, LakeEvent> tell, string what, CancellationToken ct) => TellByIdAsync(tell, newRunId(what), ct);

    private async Task TellByIdAsync(Func<ChangeEvents, LakeEvent> tell, string runId, CancellationToken ct)
    {
        DeltaTable events = await DeltaTable.OpenOrCreateAsync(lake.StoreOf(EventsTable.Name), EventsTable.Definition, new DeltaTableOptions { Clock = clock }, ct).ConfigureAwait(false);
        await new EventsTable(events).AppendAsync([tell(new ChangeEvents(runId, clock.GetUtcNow()))], ct).ConfigureAwait(false);
    }

    private static ChangeAnswer Status(string text) => new(["status"], [[text]]);

    private static IEnumerable<string> ColumnsOf(Predicate predicate) => predicate switch
    {
        Predicate.Compare c => [c.Column],
        Predicate.In i => [i.Column],
        Predicate.IsNull n => [n.Column],
        Predicate.Not n => ColumnsOf(n.Term),
        Predicate.And a => a.Terms.SelectMany(ColumnsOf),
        Predicate.Or o => o.Terms.SelectMany(ColumnsOf),
        _ => throw new InvalidOperationException("The union is closed."),
    };
}
