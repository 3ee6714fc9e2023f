using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Operations;

/// <summary>Merges small files and drops deleted rows, partition by partition, one commit each; no row of the table changes.</summary>
/// <remarks>Never makes another writer fail, and is seldom stopped by one: appends do not touch it, and rows that others delete meanwhile are deleted in the new files too.</remarks>
internal static class Optimize
{
    public static async Task<OptimizeOutcome> RunAsync(DeltaTable table, OptimizeSpec spec, CommitSpec commitSpec, CancellationToken ct)
    {
        Snapshot snapshot = table.Snapshot;
        ProtocolSupport.CheckWritable(snapshot.Protocol, snapshot.Metadata, snapshot.Schema, table.Store.Root);
        TableLayout layout = TableLayout.Of(snapshot);
        IReadOnlyList<StructField> zOrder = ZOrderFields(layout, spec);
        ParquetWriteOptions options = table.SmallFiles with { Compression = spec.Compression, ZstdLevel = spec.ZstdLevel };
        OptimizeOutcome total = new(null, 0, 0, 0, 0, 0, 0, 0);
        long budget = spec.BytesMax;
        foreach (IReadOnlyList<CompactionBin> bins in CompactionPlan.Bins(snapshot.FilesFor(spec.Where), layout, spec, spec.FileBytesTarget ?? table.Options.FileBytesTarget))
        {
            ct.ThrowIfCancellationRequested();
            long bytes = bins.Sum(static b => b.Files.Sum(static f => f.Size));
            if (bytes > budget)
            {
                total = total with { PartitionsLeft = total.PartitionsLeft + 1 };
                continue;
            }

            budget -= bytes;
            total = await PartitionAsync(table, snapshot, layout, new DataFileWriter(table, layout, options), bins, zOrder, spec.FileBytesTarget ?? table.Options.FileBytesTarget, commitSpec, total, ct).ConfigureAwait(false);
        }

        return total;
    }

    private static async Task<OptimizeOutcome> PartitionAsync(DeltaTable table, Snapshot snapshot, TableLayout layout, DataFileWriter writer, IReadOnlyList<CompactionBin> bins, IReadOnlyList<StructField> zOrder, long fileBytesTarget, CommitSpec spec, OptimizeOutcome total, CancellationToken ct)
    {
        List<CompactionAttempt> attempts = [];
        foreach (CompactionBin bin in bins)
        {
            attempts.Add(await CompactionAttempt.WriteAsync(table, layout, writer, bin, zOrder, fileBytesTarget, ct).ConfigureAwait(false));
        }

        // Others may have committed since this run began: prepare on what is newest now.
        (PreparedCommit? prepared, List<CompactionAttempt> kept) = await PrepareAsync(table, table.Snapshot, layout, attempts, spec, ct).ConfigureAwait(false);
        List<CompactionAttempt> done = kept;
        prepared = prepared is null ? null : prepared with
        {
            Rebase = async (newest, token) =>
            {
                (PreparedCommit? again, done) = await PrepareAsync(table, newest, layout, attempts, spec, token).ConfigureAwait(false);
                return again;
            },
        };
        if (prepared is null || await Append.FinishAsync(table, prepared, writer, ct).ConfigureAwait(false) is not CommitOutcome.Committed committed)
        {
            await writer.DiscardAsync().ConfigureAwait(false);
            return total with { PartitionsLeft = total.PartitionsLeft + 1 };
        }

        return total with
        {
            Version = committed.Version,
            FilesRemoved = total.FilesRemoved + done.Sum(static a => a.Bin.Files.Count),
            FilesAdded = total.FilesAdded + done.Sum(static a => a.FilesAdded),
            BytesRemoved = total.BytesRemoved + done.Sum(static a => a.Bin.Files.Sum(static f => f.Size)),
            BytesAdded = total.BytesAdded + done.Sum(static a => a.BytesAdded),
            RowsPurged = total.RowsPurged + done.Sum(static a => a.RowsPurged),
            PartitionsDone = total.PartitionsDone + 1,
        };
    }

    private static async Task<(PreparedCommit? Commit, List<CompactionAttempt> Kept)> PrepareAsync(DeltaTable table, Snapshot snapshot, TableLayout layout, List<CompactionAttempt> attempts, CommitSpec spec, CancellationToken ct)
    {
        List<DeltaAction> actions = [];
        List<CompactionAttempt> kept = [];
        if (layout.Fits(TableLayout.Of(snapshot)))
        {
            foreach (CompactionAttempt attempt in attempts)
            {
                // A bin whose files others rewrote is left to them; the other bins go on.
                if (await attempt.ActionsAsync(table, snapshot, ct).ConfigureAwait(false) is IReadOnlyList<DeltaAction> bin)
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
        return (new PreparedCommit(snapshot, actions, spec)
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
