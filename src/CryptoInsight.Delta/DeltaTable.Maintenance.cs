using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Predicates;

namespace CryptoInsight.Delta;

public sealed partial class DeltaTable
{
    /// <summary>Merges small files and drops deleted rows for good; no row of the table changes (dataChange = false).</summary>
    /// <remarks>Partition by partition, a commit each. Appends never disturb it; rows that others delete meanwhile are deleted in the new files too; a partition that others rewrite is left to the next run.</remarks>
    public async Task<OptimizeOutcome> OptimizeAsync(OptimizeSpec? spec = null, CommitSpec? commit = null, CancellationToken ct = default)
    {
        spec ??= new OptimizeSpec();
        await RefreshAsync(ct).ConfigureAwait(false);
        commit ??= new CommitSpec("OPTIMIZE")
        {
            OperationParameters = new Dictionary<string, string> { ["predicate"] = spec.Where is null ? "[]" : System.Text.Json.JsonSerializer.Serialize<string[]>([PredicateSql.Write(spec.Where)]), ["zOrderBy"] = System.Text.Json.JsonSerializer.Serialize(spec.ZOrderBy), ["auto"] = "false" },
        };
        return await Optimize.RunAsync(this, spec, commit, ct).ConfigureAwait(false);
    }

    /// <summary>What OPTIMIZE would rewrite of a snapshot, or of the newest one, by partition, those with the most files first; reads nothing.</summary>
    public IReadOnlyList<OptimizeCandidate> OptimizeCandidates(OptimizeSpec spec, Log.Snapshot? snapshot = null)
    {
        ArgumentNullException.ThrowIfNull(spec);
        snapshot ??= Snapshot;
        return [.. CompactionPlan.Bins(snapshot.FilesFor(spec.Where), Data.TableLayout.Of(snapshot), spec, spec.FileBytesTarget ?? Options.FileBytesTarget)
            .Select(static bins => new OptimizeCandidate(bins[0].Partition.Values, [.. bins.SelectMany(static b => b.Files)]))];
    }

    /// <summary>Removes files that no version inside the retention needs, or says which it would remove.</summary>
    /// <remarks>Refuses a retention below the table's own unless that is allowed explicitly. Files of the newest version and files younger than the retention always stay.</remarks>
    public Task<VacuumOutcome> VacuumAsync(VacuumSpec? spec = null, CancellationToken ct = default) => Vacuum.RunAsync(this, spec ?? new VacuumSpec(), ct);

    /// <summary>Makes the newest version look like an older one, in a new commit: rows, columns and properties; the protocol stays.</summary>
    /// <remarks><see cref="MissingFileException"/> if VACUUM has removed files of that version, unless missing files are allowed.</remarks>
    public async Task<CommitOutcome> RestoreAsync(long version, RestoreSpec? restore = null, CommitSpec? commit = null, CancellationToken ct = default)
    {
        await RefreshAsync(ct).ConfigureAwait(false);
        commit ??= new CommitSpec("RESTORE") { OperationParameters = new Dictionary<string, string> { ["version"] = version.ToString(System.Globalization.CultureInfo.InvariantCulture) } };
        return await Restore.RunAsync(this, version, restore ?? new RestoreSpec(), commit, ct).ConfigureAwait(false);
    }

    /// <summary>As the overload with a version, to the newest version committed at or before an instant; <see cref="VersionNotFoundException"/> if there is none.</summary>
    public async Task<CommitOutcome> RestoreAsync(DateTimeOffset instant, RestoreSpec? restore = null, CommitSpec? commit = null, CancellationToken ct = default)
    {
        commit ??= new CommitSpec("RESTORE") { OperationParameters = new Dictionary<string, string> { ["timestamp"] = instant.ToString("O", System.Globalization.CultureInfo.InvariantCulture) } };
        return await RestoreAsync(await new Log.CommitTimes(Log).NewestAtAsync(instant, ct).ConfigureAwait(false), restore, commit, ct).ConfigureAwait(false);
    }

    /// <summary>What DESCRIBE DETAIL shows, of a snapshot or of the newest one.</summary>
    public TableDetail Detail(Log.Snapshot? snapshot = null) => TableDetail.Of(snapshot ?? Snapshot, Store.Root);
}
