using Apache.Arrow;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Operations;

/// <summary>One bin rewritten, with the knowledge of where each old row went: rows deleted meanwhile can be deleted in the new files too.</summary>
internal sealed class CompactionAttempt
{
    private readonly List<Source> _sources = [];
    private readonly List<Output> _outputs = [];
    private int[]? _places;

    private CompactionAttempt(CompactionBin bin) => Bin = bin;

    public CompactionBin Bin { get; }

    /// <summary>Rows of the sources that were deleted before and are left behind.</summary>
    public long RowsPurged => _sources.Sum(static s => s.Deleted.Cardinality);

    public long BytesAdded => _outputs.Sum(static o => o.File.Size);

    public int FilesAdded => _outputs.Count;

    public static async Task<CompactionAttempt> WriteAsync(DeltaTable table, TableLayout layout, DataFileWriter writer, CompactionBin bin, IReadOnlyList<StructField> zOrder, long fileBytesTarget, CancellationToken ct)
    {
        CompactionAttempt attempt = new(bin);
        CompactionSource source = new(table, layout, bin);
        if (zOrder.Count == 0)
        {
            await attempt.TakeAsync(writer.WriteOneAsync(bin.Partition, source.ReadAsync(layout.WriteFields, ct), ct)).ConfigureAwait(false);
        }
        else
        {
            ZOrderWriter sorted = await ZOrderWriter.PrepareAsync(source, layout, zOrder, fileBytesTarget, ct).ConfigureAwait(false);
            attempt._places = sorted.Places;
            string tag = CompactionPlan.TagOf([.. zOrder.Select(static f => f.Name)]);
            await foreach (IAsyncEnumerable<RecordBatch> file in sorted.FilesAsync(ct).ConfigureAwait(false))
            {
                await attempt.TakeAsync(writer.WriteOneAsync(bin.Partition, file, ct), tag).ConfigureAwait(false);
            }
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

    /// <summary>The actions on top of a snapshot, deletions since carried over; null if a source is gone or rows came back.</summary>
    public async Task<IReadOnlyList<DeltaAction>?> ActionsAsync(DeltaTable table, Snapshot snapshot, CancellationToken ct)
    {
        List<DeltaAction> actions = [];
        List<long>[] deleted = [.. _outputs.Select(static _ => new List<long>())];
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
                Mark(source.FirstRow + row - source.Deleted.CountBelow(row), deleted);
            }

            actions.Add(FileMatches.RemoveOf(live, now, dataChange: false));
        }

        for (int i = 0; i < _outputs.Count; i++)
        {
            if (deleted[i].Count < _outputs[i].Rows)
            {
                actions.Add(deleted[i].Count == 0 ? _outputs[i].File : await MarkedAsync(table, _outputs[i].File, deleted[i], ct).ConfigureAwait(false));
            }
        }

        return actions;
    }

    private async Task TakeAsync(Task<AddFile?> writing, string? tag = null)
    {
        if (await writing.ConfigureAwait(false) is AddFile file)
        {
            file = tag is null ? file : file with { Tags = new Dictionary<string, string?> { [CompactionPlan.ZOrderTag] = tag } };
            _outputs.Add(new Output(file, _outputs.Sum(static o => o.Rows), FileStats.Of(file).NumRecords!.Value));
        }
    }

    private void Mark(long unsorted, List<long>[] deleted)
    {
        long place = _places is null ? unsorted : _places[unsorted];
        int output = _outputs.FindLastIndex(o => o.FirstPlace <= place);
        deleted[output].Add(place - _outputs[output].FirstPlace);
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
