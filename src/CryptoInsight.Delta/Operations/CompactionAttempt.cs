using System.Runtime.CompilerServices;
using Apache.Arrow;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Operations;

/// <summary>One bin rewritten as one new file, with the knowledge of where each old row went: rows deleted meanwhile can be deleted in the new file too.</summary>
internal sealed class CompactionAttempt
{
    private readonly List<Source> _sources = [];
    private AddFile? _merged;
    private long _rows;

    private CompactionAttempt(CompactionBin bin) => Bin = bin;

    public CompactionBin Bin { get; }

    /// <summary>Rows of the sources that were deleted before and are left behind.</summary>
    public long RowsPurged => _sources.Sum(static s => s.Deleted.Cardinality);

    public long BytesAdded => _merged?.Size ?? 0;

    public static async Task<CompactionAttempt> WriteAsync(DeltaTable table, TableLayout layout, DataFileWriter writer, CompactionBin bin, IReadOnlyList<StructField> zOrder, CancellationToken ct)
    {
        CompactionAttempt attempt = new(bin);
        IAsyncEnumerable<RecordBatch> rows = attempt.ReadAsync(table, layout, ct);
        if (zOrder.Count > 0)
        {
            (rows, int[] places) = await ZOrderSort.SortAsync(rows, layout.WriteFields, zOrder, ct).ConfigureAwait(false);
            attempt._merged = await writer.WriteOneAsync(bin.Partition, rows, ct).ConfigureAwait(false);
            attempt._sources.ForEach(s => s.Move(places));
        }
        else
        {
            attempt._merged = await writer.WriteOneAsync(bin.Partition, rows, ct).ConfigureAwait(false);
        }

        if (zOrder.Count > 0 && attempt._merged is not null)
        {
            attempt._merged = attempt._merged with { Tags = new Dictionary<string, string?> { [CompactionPlan.ZOrderTag] = CompactionPlan.TagOf([.. zOrder.Select(static f => f.Name)]) } };
        }

        return attempt;
    }

    /// <summary>The actions on top of a snapshot, deletions since carried over; null if a source is gone or rows came back.</summary>
    public async Task<IReadOnlyList<DeltaAction>?> ActionsAsync(DeltaTable table, Snapshot snapshot, CancellationToken ct)
    {
        List<DeltaAction> actions = [];
        List<long> deleted = [];
        long now = table.Options.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (Source source in _sources)
        {
            if (snapshot.FindFile(source.File.Path) is not AddFile live)
            {
                return null;
            }

            DeletionVector vector = await DeletionVectorFiles.ReadAsync(table.Store, live.DeletionVector, ct).ConfigureAwait(false);
            if (source.Deleted.Except(vector).Cardinality > 0)
            {
                return null;
            }

            deleted.AddRange(vector.Except(source.Deleted).Rows.Select(source.PlaceOf));
            actions.Add(FileMatches.RemoveOf(live, now, dataChange: false));
        }

        if (_merged is not null && deleted.Count < _rows)
        {
            actions.Add(deleted.Count == 0 ? _merged : await MarkedAsync(table, deleted, ct).ConfigureAwait(false));
        }

        return actions;
    }

    private async Task<AddFile> MarkedAsync(DeltaTable table, List<long> deleted, CancellationToken ct)
    {
        IReadOnlyList<DeletionVectorDescriptor> written = await DeletionVectorFiles.WriteAsync(table.Store, [DeletionVector.Of(deleted)], table.Options.NewId(), inline: true, ct).ConfigureAwait(false);
        return _merged! with { DeletionVector = written[0], Stats = ColumnStats.Loosened(_merged.Stats!) };
    }

    private async IAsyncEnumerable<RecordBatch> ReadAsync(DeltaTable table, TableLayout layout, [EnumeratorCancellation] CancellationToken ct)
    {
        foreach (AddFile file in Bin.Files)
        {
            Source source = new(file, await DeletionVectorFiles.ReadAsync(table.Store, file.DeletionVector, ct).ConfigureAwait(false), _rows);
            _sources.Add(source);
            await foreach (RecordBatch batch in TableScan.ReadRowsAsync(table.Store, layout, file.Path, file.PartitionValues, layout.WriteFields, source.Deleted, inside: false, ct).ConfigureAwait(false))
            {
                _rows += batch.Length;
                yield return batch;
            }
        }
    }

    /// <summary>One old file: its live rows follow each other in the merged file from <paramref name="firstRow"/> on, unless they were sorted.</summary>
    private sealed class Source(AddFile file, DeletionVector deleted, long firstRow)
    {
        private int[]? _places;

        public AddFile File => file;

        public DeletionVector Deleted => deleted;

        /// <summary>After sorting: where the n-th row of the unsorted merge went.</summary>
        public void Move(int[] places) => _places = places;

        public long PlaceOf(long row)
        {
            long unsorted = firstRow + row - deleted.CountBelow(row);
            return _places is null ? unsorted : _places[unsorted];
        }
    }
}
