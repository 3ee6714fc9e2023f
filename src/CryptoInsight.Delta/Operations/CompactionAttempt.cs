using Apache.Arrow;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Log;

namespace CryptoInsight.Delta.Operations;

/// <summary>One bin rewritten, with the knowledge of where each old row went: rows deleted meanwhile can be deleted in the new files too.</summary>
internal sealed class CompactionAttempt : IDisposable
{
    private readonly List<Source> _sources = [];
    private List<Output> _outputs = [];
    private ZOrderSorter? _sorter;

    private CompactionAttempt(CompactionBin bin) => Bin = bin;

    public CompactionBin Bin { get; }

    /// <summary>Rows of the sources that were deleted before and are left behind.</summary>
    public long RowsPurged => _sources.Sum(static s => s.Deleted.Cardinality);

    public long BytesAdded => _outputs.Sum(static o => o.File.Size);

    public int FilesAdded => _outputs.Count;

    public static async Task<CompactionAttempt> WriteAsync(DeltaTable table, TableLayout layout, DataFileWriter writer, CompactionBin bin, CompactionWay way, CancellationToken ct)
    {
        CompactionAttempt attempt = new(bin);
        CompactionSource source = new(table, layout, bin, way);
        if (way.ZOrder.Count == 0)
        {
            await attempt.TakeAsync(writer.WriteOneAsync(bin.Partition, source.ReadAsync(layout.WriteFields, ct), ct)).ConfigureAwait(false);
        }
        else
        {
            attempt._sorter = new ZOrderSorter(source, layout.WriteFields, way.ZOrder, way.Memory, way.SortBytesMax, way.Spec.SpillFolder);
            string tag = CompactionPlan.TagOf([.. way.ZOrder.Select(static f => f.Name)]);
            await foreach (IAsyncEnumerable<RecordBatch> file in ZOrderFiles.CutAsync(attempt._sorter, source.Bytes, way, ct).ConfigureAwait(false))
            {
                await attempt.TakeAsync(writer.WriteOneAsync(bin.Partition, file, ct)).ConfigureAwait(false);
            }

            Dictionary<string, string?> tags = new() { [CompactionPlan.ZOrderTag] = tag, [CompactionPlan.ZOrderFilesTag] = attempt._outputs.Count.ToString(System.Globalization.CultureInfo.InvariantCulture) };
            attempt._outputs = [.. attempt._outputs.Select(o => o with { File = o.File with { Tags = tags } })];
        }

        long firstRow = 0;
        foreach (AddFile file in bin.Files)
        {
            DeletionVector deleted = await DeletionVectorFiles.ReadAsync(table.Store, file.DeletionVector, ct).ConfigureAwait(false);
            attempt._sources.Add(new Source(file, deleted, firstRow));
            firstRow += source.RowsOf(file);
        }

        return attempt;
    }

    public void Dispose() => _sorter?.Dispose();

    /// <summary>The actions on top of a snapshot, deletions since carried over; null if a source is gone or rows came back.</summary>
    public async Task<IReadOnlyList<DeltaAction>?> ActionsAsync(DeltaTable table, Snapshot snapshot, CancellationToken ct)
    {
        List<DeltaAction> actions = [];
        HashSet<long> gone = [];
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

            foreach (long row in vector.Except(source.Deleted).Rows)
            {
                gone.Add(source.FirstRow + row - source.Deleted.CountBelow(row));
            }

            actions.Add(FileMatches.RemoveOf(live, now, dataChange: false));
        }

        List<long>[] deleted = Marked(gone);
        for (int i = 0; i < _outputs.Count; i++)
        {
            if (deleted[i].Count < _outputs[i].Rows)
            {
                actions.Add(deleted[i].Count == 0 ? _outputs[i].File : await MarkedAsync(table, _outputs[i].File, deleted[i], ct).ConfigureAwait(false));
            }
        }

        return actions;
    }

    private async Task TakeAsync(Task<AddFile?> writing)
    {
        if (await writing.ConfigureAwait(false) is AddFile file)
        {
            _outputs.Add(new Output(file, _outputs.Sum(static o => o.Rows), FileStats.Of(file).NumRecords!.Value));
        }
    }

    /// <summary>The places of rows in the new files, file by file, ascending.</summary>
    private List<long>[] Marked(HashSet<long> gone)
    {
        List<long>[] deleted = [.. _outputs.Select(static _ => new List<long>())];
        IEnumerable<long> places = _sorter is null ? gone : _sorter.Order.PlacesOf(gone).Values;
        foreach (long place in places.Order())
        {
            int output = _outputs.FindLastIndex(o => o.FirstPlace <= place);
            deleted[output].Add(place - _outputs[output].FirstPlace);
        }

        return deleted;
    }

    private static async Task<AddFile> MarkedAsync(DeltaTable table, AddFile file, List<long> deleted, CancellationToken ct)
    {
        IReadOnlyList<DeletionVectorDescriptor> written = await DeletionVectorFiles.WriteAsync(table.Store, [DeletionVector.Of(deleted)], table.Options.NewId(), inline: true, ct).ConfigureAwait(false);
        return file with { DeletionVector = written[0], Stats = ColumnStats.Loosened(file.Stats!) };
    }

    /// <summary>One old file: its live rows are numbered from <paramref name="FirstRow"/> on among the live rows of the bin.</summary>
    private sealed record Source(AddFile File, DeletionVector Deleted, long FirstRow);

    /// <summary>One new file and the places that its rows have among all rows of the bin.</summary>
    private sealed record Output(AddFile File, long FirstPlace, long Rows);
}
