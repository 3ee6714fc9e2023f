using CryptoInsight.Delta;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Domain.Market;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Engine.Options;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Lake.DeadLetters;

namespace CryptoInsight.Engine.Maintenance;

/// <summary>Carries out what the policy decided. Every piece can be cut off anywhere and simply done again.</summary>
/// <param name="lake">The tables.</param>
/// <param name="options">The settings.</param>
/// <param name="letterRetention">How long dead letters are kept.</param>
/// <param name="clock">The node's clock.</param>
public sealed class UpkeepWork(LakeTables lake, MaintenanceOptions options, TimeSpan letterRetention, TimeProvider clock)
{
    private readonly DutyCycle _duty = new(clock, options.DutyPercent);

    /// <summary>Does one piece of work.</summary>
    public async Task<UpkeepReport> RunAsync(CompactionSpec spec, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(spec);
        DeltaTable table = lake.All[spec.Table];
        long started = clock.GetTimestamp();
        Snapshot before = await table.RefreshAsync(ct).ConfigureAwait(false);
        (int filesBefore, long bytesBefore) = (before.Files.Count, before.Files.Sum(f => f.Size));
        UpkeepReport report = await RunAsync(spec, table, new UpkeepReport(spec, filesBefore, bytesBefore, 0, 0, 0, 0, 0, 0), ct).ConfigureAwait(false);
        Snapshot after = table.Snapshot;
        return report with { FilesAfter = after.Files.Count, BytesAfter = after.Files.Sum(f => f.Size), Took = clock.GetElapsedTime(started) };
    }

    private Task<UpkeepReport> RunAsync(CompactionSpec spec, DeltaTable table, UpkeepReport report, CancellationToken ct) => spec.Kind switch
    {
        UpkeepKind.Pack or UpkeepKind.Cluster => CompactAsync(spec, table, report, ct),
        UpkeepKind.LetGo => LetGoAsync(spec, report, ct),
        UpkeepKind.CleanLog => CleanLogAsync(spec, table, report, ct),
        _ => VacuumAsync(spec, table, report, ct),
    };

    private async Task<UpkeepReport> CompactAsync(CompactionSpec spec, DeltaTable table, UpkeepReport report, CancellationToken ct)
    {
        OptimizeSpec optimize = SpecOf(spec, table);
        if (spec.DryRun)
        {
            IReadOnlyList<OptimizeCandidate> candidates = table.OptimizeCandidates(optimize);
            return report with { FilesRemoved = candidates.Sum(c => c.Files.Count), BytesRemoved = candidates.Sum(c => c.Bytes) };
        }

        OptimizeOutcome done = await table.OptimizeAsync(optimize, null, ct).ConfigureAwait(false);
        return report with { FilesRemoved = done.FilesRemoved, FilesAdded = done.FilesAdded, BytesRemoved = done.BytesRemoved, BytesAdded = done.BytesAdded, Rows = done.RowsPurged };
    }

    /// <summary>OPTIMIZE as the table's settings want it: one processor, resting, in bounded memory.</summary>
    private OptimizeSpec SpecOf(CompactionSpec spec, DeltaTable table)
    {
        TableUpkeep upkeep = options.Tables[spec.Table];
        string? partitionedBy = table.Snapshot.Metadata.PartitionColumns is [{ } column, ..] ? column : null;
        return new OptimizeSpec
        {
            Where = partitionedBy is null || spec.Partitions.Count == 0 ? null : new Predicate.In(partitionedBy, [.. spec.Partitions.Select(p => Literal(p!))]),
            FileBytesTarget = upkeep.FileBytesTarget,
            SmallFileBytesMax = spec.SmallFileBytesMax > 0 ? spec.SmallFileBytesMax : null,
            ZOrderBy = spec.Kind == UpkeepKind.Cluster ? upkeep.ZOrderBy : [],
            ZstdLevel = upkeep.ZstdLevel,
            BytesMax = options.RunBytesMax,
            MemoryBytesMax = options.MemoryBytesMax,
            Parallelism = 1,
            Rest = _duty.RestAsync,
        };
    }

    private static object Literal(string value) => (long)DateOnly.ParseExact(value, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture).DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    private async Task<UpkeepReport> LetGoAsync(CompactionSpec spec, UpkeepReport report, CancellationToken ct)
    {
        DeadLetterTable letters = lake.Letters[spec.Table];
        UnixMicros now = UnixMicros.From(clock.GetUtcNow());
        return report with
        {
            Rows = spec.DryRun
                ? await DeadLetterRetention.CountAsync(letters, letterRetention, now, ct).ConfigureAwait(false)
                : await DeadLetterRetention.RunAsync(letters, letterRetention, now, ct).ConfigureAwait(false),
        };
    }

    private async Task<UpkeepReport> CleanLogAsync(CompactionSpec spec, DeltaTable table, UpkeepReport report, CancellationToken ct)
    {
        if (spec.DryRun)
        {
            return report;
        }

        await table.CheckpointAsync(ct).ConfigureAwait(false);
        LogCleanupOutcome cleaned = await table.CleanLogAsync(await NeededFromAsync(spec.Table, ct).ConfigureAwait(false), ct).ConfigureAwait(false);
        return report with { FilesRemoved = cleaned.FilesRemoved };
    }

    private async Task<UpkeepReport> VacuumAsync(CompactionSpec spec, DeltaTable table, UpkeepReport report, CancellationToken ct)
    {
        var vacuum = new VacuumSpec { DryRun = spec.DryRun, NeededFrom = await NeededFromAsync(spec.Table, ct).ConfigureAwait(false), InHistory = true };
        VacuumOutcome found = await table.VacuumAsync(vacuum with { DryRun = true }, ct).ConfigureAwait(false);
        if (found.Keys.Count > 0 && !spec.DryRun)
        {
            found = await table.VacuumAsync(vacuum, ct).ConfigureAwait(false); // nothing to remove is no history
        }

        return report with { FilesRemoved = found.Keys.Count, BytesRemoved = found.Bytes };
    }

    /// <summary>Bronze keeps what Silver would have to read again if it were restored as far back as it still can be. Registered readers are kept by the engine itself.</summary>
    private async Task<long?> NeededFromAsync(string name, CancellationToken ct)
    {
        if (name != BronzeChartsTable.Name)
        {
            return null;
        }

        DeltaTable silver = lake.Silver.Table;
        long now = (await silver.RefreshAsync(ct).ConfigureAwait(false)).TransactionVersion(SilverJob.Id) ?? -1;
        Snapshot oldest = await silver.SnapshotAtAsync(await silver.OldestVersionAsync(ct).ConfigureAwait(false), ct).ConfigureAwait(false);
        return Math.Min(now, oldest.TransactionVersion(SilverJob.Id) ?? -1);
    }
}
