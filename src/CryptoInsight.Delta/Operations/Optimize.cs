using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Operations;

/// <summary>Merges small files and drops deleted rows, partition by partition, one commit each; no row of the table changes.</summary>
/// <remarks>Never makes another writer fail, and is seldom stopped by one: appends do not touch it, and rows that others delete meanwhile are deleted in the new files too.
/// Killed half-way, the partitions that are committed stay done and the next run goes on with the others; what was written for them is garbage that VACUUM finds.</remarks>
internal sealed class Optimize
{
    private readonly DeltaTable _table;
    private readonly Snapshot _snapshot;
    private readonly TableLayout _layout;
    private readonly CommitSpec _commit;
    private readonly ParquetWriteOptions _options;
    private readonly CompactionWay _way;
    private readonly List<IReadOnlyList<CompactionBin>> _work = [];
    private readonly int _workers;
    private readonly Lock _gate = new();
    private OptimizeOutcome _total = new(null, 0, 0, 0, 0, 0, 0, 0);

    private Optimize(DeltaTable table, OptimizeSpec spec, CommitSpec commit)
    {
        (_table, _commit) = (table, commit);
        _snapshot = table.Snapshot;
        ProtocolSupport.CheckWritable(_snapshot.Protocol, _snapshot.Metadata, _snapshot.Schema, table.Store.Root);
        _layout = TableLayout.Of(_snapshot);
        _options = table.SmallFiles with { Compression = spec.Compression, ZstdLevel = spec.ZstdLevel };
        IReadOnlyList<StructField> zOrder = ZOrderFields(_layout, spec);
        long target = spec.FileBytesTarget ?? table.Options.FileBytesTarget;
        Choose(CompactionPlan.Bins(_snapshot.FilesFor(spec.Where), _layout, spec, target), spec.BytesMax);
        int width = Math.Max(1, spec.Parallelism ?? table.Options.Width);

        // One more than may be busy at once: while it waits for the disk, the others have its processor.
        _workers = width == 1 ? 1 : Math.Clamp(_work.Count, 1, width + 1);

        // Joined columns are addressed by 32-bit offsets: a sort of more than that would be parted anyway.
        _way = new CompactionWay(zOrder, target, new SortMemory(), Math.Min(spec.MemoryBytesMax / _workers, 1L << 30), _workers > 1 ? 1 : width, spec);
    }

    public static async Task<OptimizeOutcome> RunAsync(DeltaTable table, OptimizeSpec spec, CommitSpec commitSpec, CancellationToken ct)
    {
        Optimize run = new(table, spec, commitSpec);
        if (run._workers == 1)
        {
            await run.WorkAsync(run._work, ct).ConfigureAwait(false);
        }
        else
        {
            await Parallel.ForEachAsync(run._work, new ParallelOptions { MaxDegreeOfParallelism = run._workers, CancellationToken = ct }, async (bins, token) => await run.PartitionAsync(bins, token).ConfigureAwait(false)).ConfigureAwait(false);
        }

        return run._total with { SortBytesPeak = run._way.Memory.Peak };
    }

    // As much as the budget allows, and one bin in any case.
    private void Choose(IReadOnlyList<IReadOnlyList<CompactionBin>> all, long budget)
    {
        foreach (IReadOnlyList<CompactionBin> bins in all)
        {
            List<CompactionBin> chosen = [];
            foreach (CompactionBin bin in bins)
            {
                long bytes = bin.Files.Sum(static f => f.Size);
                if (bytes <= budget || _work.Count + chosen.Count == 0)
                {
                    budget -= Math.Min(budget, bytes);
                    chosen.Add(bin);
                }
            }

            if (chosen.Count > 0)
            {
                _work.Add(chosen);
            }

            if (chosen.Count < bins.Count)
            {
                Count(static t => t with { PartitionsLeft = t.PartitionsLeft + 1 });
            }
        }
    }

    private async Task WorkAsync(IEnumerable<IReadOnlyList<CompactionBin>> work, CancellationToken ct)
    {
        foreach (IReadOnlyList<CompactionBin> bins in work)
        {
            ct.ThrowIfCancellationRequested();
            await PartitionAsync(bins, ct).ConfigureAwait(false);
        }
    }

    private async Task PartitionAsync(IReadOnlyList<CompactionBin> bins, CancellationToken ct)
    {
        DataFileWriter writer = new(_table, _layout, _options);
        List<CompactionAttempt> attempts = [];
        try
        {
            foreach (CompactionBin bin in bins)
            {
                attempts.Add(await CompactionAttempt.WriteAsync(_table, _layout, writer, bin, _way, ct).ConfigureAwait(false));
            }

            await CommitAsync(writer, attempts, ct).ConfigureAwait(false);
        }
        finally
        {
            attempts.ForEach(static a => a.Dispose());
        }
    }

    private async Task CommitAsync(DataFileWriter writer, List<CompactionAttempt> attempts, CancellationToken ct)
    {
        // Others may have committed since this run began: prepare on what is newest now.
        (PreparedCommit? prepared, List<CompactionAttempt> kept) = await PrepareAsync(_table.Snapshot, attempts, ct).ConfigureAwait(false);
        List<CompactionAttempt> done = kept;
        prepared = prepared is null ? null : prepared with
        {
            Rebase = async (newest, token) =>
            {
                (PreparedCommit? again, done) = await PrepareAsync(newest, attempts, token).ConfigureAwait(false);
                return again;
            },
        };
        if (prepared is null || await Append.FinishAsync(_table, prepared, writer, ct).ConfigureAwait(false) is not CommitOutcome.Committed committed)
        {
            await writer.DiscardAsync().ConfigureAwait(false);
            Count(static t => t with { PartitionsLeft = t.PartitionsLeft + 1 });
            return;
        }

        Count(total => total with
        {
            Version = Math.Max(total.Version ?? 0, committed.Version),
            FilesRemoved = total.FilesRemoved + done.Sum(static a => a.Bin.Files.Count),
            FilesAdded = total.FilesAdded + done.Sum(static a => a.FilesAdded),
            BytesRemoved = total.BytesRemoved + done.Sum(static a => a.Bin.Files.Sum(static f => f.Size)),
            BytesAdded = total.BytesAdded + done.Sum(static a => a.BytesAdded),
            RowsPurged = total.RowsPurged + done.Sum(static a => a.RowsPurged),
            PartitionsDone = total.PartitionsDone + 1,
        });
    }

    private void Count(Func<OptimizeOutcome, OptimizeOutcome> more)
    {
        lock (_gate)
        {
            _total = more(_total);
        }
    }

    private async Task<(PreparedCommit? Commit, List<CompactionAttempt> Kept)> PrepareAsync(Snapshot snapshot, List<CompactionAttempt> attempts, CancellationToken ct)
    {
        List<DeltaAction> actions = [];
        List<CompactionAttempt> kept = [];
        if (_layout.Fits(TableLayout.Of(snapshot)))
        {
            foreach (CompactionAttempt attempt in attempts)
            {
                // A bin whose files others rewrote is left to them; the other bins go on.
                if (await attempt.ActionsAsync(_table, snapshot, ct).ConfigureAwait(false) is IReadOnlyList<DeltaAction> bin)
                {
                    actions.AddRange(bin);
                    kept.Add(attempt);
                }
            }
        }

        if (kept.Count == 0)
        {
            return (null, kept);
        }

        List<string> sources = [.. kept.SelectMany(static a => a.Bin.Files).Select(static f => f.Path)];
        return (new PreparedCommit(snapshot, actions, _commit)
        {
            Read = new ReadSet { Files = sources },
            Metrics = new CommitMetrics(0, 0, kept.Sum(static a => a.FilesAdded), sources.Count, actions.Count(static a => a is AddFile { DeletionVector: not null }), kept.Sum(static a => a.BytesAdded)),
        }, kept);
    }

    private static IReadOnlyList<StructField> ZOrderFields(TableLayout layout, OptimizeSpec spec)
    {
        const int columnsMax = 8;
        if (spec.ZOrderBy.Count > columnsMax)
        {
            throw new DeltaException($"Z-order takes at most {columnsMax} columns; with more, none of them would be near.");
        }

        return [.. spec.ZOrderBy.Select(name => layout.Field(name) is StructField f && !layout.IsPartition(f) && f.Type is DecimalType or PrimitiveType { Name: not ("void" or "variant") }
            ? layout.Field(name)
            : throw new DeltaException($"'{layout.Field(name).Name}' cannot be a Z-order column: it is a partition column, or of a type without an order."))];
    }
}
