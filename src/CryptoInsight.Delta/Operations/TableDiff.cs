using System.Runtime.CompilerServices;
using Apache.Arrow;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Operations;

/// <summary>What became of the rows of one version in another, told by key: for commits without a change feed, and for whoever missed the commits.</summary>
/// <remarks>Only files that the two versions do not share are read, and of a file whose deletion vector alone changed only the rows between the vectors. Rows of the older version are held bucket by bucket,
/// those of the newer one stream past them; each bucket reads the differing files again.</remarks>
internal sealed class TableDiff
{
    private readonly DeltaTable _table;
    private readonly Snapshot _older;
    private readonly Snapshot _newer;
    private readonly TableLayout _layout;
    private readonly IReadOnlyList<StructField> _keys;
    private readonly IReadOnlyList<StructField> _wanted;
    private readonly IReadOnlyList<StructField> _read;
    private readonly int[] _output;

    public TableDiff(DeltaTable table, Snapshot older, Snapshot newer, IReadOnlyList<string> keyColumns, IReadOnlyList<string>? columns)
    {
        _table = table;
        _older = older;
        _newer = newer;
        _layout = TableLayout.Of(newer);
        _keys = [.. keyColumns.Select(_layout.Field)];
        if (_keys.Count == 0)
        {
            throw new ArgumentException("A comparison by key needs at least one key column.", nameof(keyColumns));
        }

        _wanted = TableScan.Fields(_layout, columns);
        _read = [.. _keys, .. _wanted.Where(f => !_keys.Contains(f))];
        _output = [.. _wanted.Select(f => _read.ToList().IndexOf(f))];
    }

    public async IAsyncEnumerable<ChangeBatch> ReadAsync(int rowsHeldMax, [EnumeratorCancellation] CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rowsHeldMax, 1);
        List<Slice> gone = await SlicesAsync(_older, _newer, ct).ConfigureAwait(false);
        List<Slice> come = await SlicesAsync(_newer, _older, ct).ConfigureAwait(false);
        int buckets = checked((int)((gone.Sum(static s => s.Rows) + rowsHeldMax - 1) / rowsHeldMax));
        for (int i = 0; i < Math.Max(buckets, 1); i++)
        {
            KeyHash hash = new(new KeyBucket([.. _keys.Select(static k => k.Name)], i, Math.Max(buckets, 1)), _read);
            await foreach (ChangeBatch changes in BucketAsync(gone, come, hash, ct).ConfigureAwait(false))
            {
                yield return changes;
            }
        }
    }

    private async IAsyncEnumerable<ChangeBatch> BucketAsync(List<Slice> gone, List<Slice> come, KeyHash hash, [EnumeratorCancellation] CancellationToken ct)
    {
        Held held = new(this);
        await foreach (RecordBatch rows in RowsAsync(gone, hash, ct).ConfigureAwait(false))
        {
            held.Add(rows);
        }

        held.Index();
        await foreach (RecordBatch rows in RowsAsync(come, hash, ct).ConfigureAwait(false))
        {
            (List<int> inserted, List<int> updated, List<(int Batch, int Row)> before) = held.Compare(rows);
            if (inserted.Count > 0)
            {
                yield return Change(ChangeKind.Insert, rows, inserted);
            }

            foreach (IGrouping<int, (int Batch, int Row)> part in before.GroupBy(static b => b.Batch))
            {
                yield return Change(ChangeKind.UpdatePreimage, held.Batches[part.Key], [.. part.Select(static b => b.Row)]);
            }

            if (updated.Count > 0)
            {
                yield return Change(ChangeKind.UpdatePostimage, rows, updated);
            }
        }

        foreach ((RecordBatch batch, List<int> rows) in held.Unmatched())
        {
            yield return Change(ChangeKind.Delete, batch, rows);
        }
    }

    private ChangeBatch Change(ChangeKind kind, RecordBatch batch, List<int> rows)
    {
        RecordBatch projected = new(new Apache.Arrow.Schema([.. _wanted.Select(ArrowTypes.ToArrow)], null), _output.Select(batch.Column), batch.Length);
        return new ChangeBatch(_newer.Version, kind, rows.Count == batch.Length ? projected : ArrayTake.Take(projected, rows.ToArray()));
    }

    private async IAsyncEnumerable<RecordBatch> RowsAsync(List<Slice> slices, KeyHash hash, [EnumeratorCancellation] CancellationToken ct)
    {
        foreach (Slice slice in slices)
        {
            await foreach (RecordBatch rows in TableScan.ReadRowsAsync(_table.Store, _layout, slice.File, _read, slice.Vector, slice.Inside, ct).ConfigureAwait(false))
            {
                if (hash.Pick(rows) is { Length: > 0 } picked)
                {
                    yield return picked;
                }
            }
        }
    }

    // The rows that are live here and not live at the same place there.
    private async Task<List<Slice>> SlicesAsync(Snapshot here, Snapshot there, CancellationToken ct)
    {
        List<Slice> slices = [];
        foreach (AddFile file in here.Files)
        {
            AddFile? same = there.FindFile(file.Path);
            if (same is not null && same.DeletionVector?.UniqueId == file.DeletionVector?.UniqueId)
            {
                continue;
            }

            DeletionVector deleted = await DeletionVectorFiles.ReadAsync(_table.Store, file.DeletionVector, ct).ConfigureAwait(false);
            if (same is null)
            {
                slices.Add(new Slice(file, deleted, false, Math.Max(0, (FileStats.Of(file).NumRecords ?? file.Size / RowBytesGuess) - deleted.Cardinality)));
                continue;
            }

            DeletionVector rows = (await DeletionVectorFiles.ReadAsync(_table.Store, same.DeletionVector, ct).ConfigureAwait(false)).Except(deleted);
            if (rows.Cardinality > 0)
            {
                slices.Add(new Slice(file, rows, true, rows.Cardinality));
            }
        }

        return slices;
    }

    // Of a file that does not say how many rows it has: rather too many rows than too few, which would cost memory.
    private const long RowBytesGuess = 8;

    /// <summary>Rows of one file: those of the vector, or all but those.</summary>
    private sealed record Slice(AddFile File, DeletionVector Vector, bool Inside, long Rows);

    /// <summary>The older rows of a bucket, by key.</summary>
    private sealed class Held(TableDiff diff)
    {
        private readonly List<int> _starts = [];
        private int _count;
        private KeyTable _table = null!;
        private bool[] _matched = [];

        public List<RecordBatch> Batches { get; } = [];

        public void Add(RecordBatch rows)
        {
            Batches.Add(rows);
            _starts.Add(_count);
            _count += rows.Length;
        }

        public void Index()
        {
            _matched = new bool[_count];
            try
            {
                _table = new KeyTable(diff._keys, [.. Batches.Select(Keys)]);
            }
            catch (ConstraintViolationException)
            {
                throw NoKey(diff._older.Version);
            }
        }

        /// <summary>What newer rows are, by their places in the batch, and the older rows of those that changed.</summary>
        public (List<int> Inserted, List<int> Updated, List<(int Batch, int Row)> Before) Compare(RecordBatch rows)
        {
            (List<int> inserted, List<int> updated, List<(int, int)> before) = ([], [], []);
            int[] numbers = _table.Find(Keys(rows));
            for (int row = 0; row < numbers.Length; row++)
            {
                if (numbers[row] < 0)
                {
                    inserted.Add(row);
                    continue;
                }

                if (_matched[numbers[row]])
                {
                    throw NoKey(diff._newer.Version);
                }

                _matched[numbers[row]] = true;
                (int batch, int at) = PlaceOf(numbers[row]);
                if (!Same(Batches[batch], at, rows, row))
                {
                    updated.Add(row);
                    before.Add((batch, at));
                }
            }

            GC.KeepAlive(rows);
            return (inserted, updated, before);
        }

        public IEnumerable<(RecordBatch Batch, List<int> Rows)> Unmatched()
        {
            for (int b = 0; b < Batches.Count; b++)
            {
                int start = _starts[b];
                List<int> rows = [.. Enumerable.Range(0, Batches[b].Length).Where(i => !_matched[start + i])];
                if (rows.Count > 0)
                {
                    yield return (Batches[b], rows);
                }
            }
        }

        private (int Batch, int Row) PlaceOf(int number)
        {
            int found = _starts.BinarySearch(number);
            int batch = found >= 0 ? found : ~found - 1;
            return (batch, number - _starts[batch]);
        }

        private bool Same(RecordBatch a, int i, RecordBatch b, int j)
        {
            for (int c = 0; c < diff._read.Count; c++)
            {
                if (!RowEquality.Same(diff._read[c].Type, a.Column(c), i, b.Column(c), j))
                {
                    return false;
                }
            }

            return true;
        }

        private RecordBatch Keys(RecordBatch rows) => new(new Apache.Arrow.Schema([.. diff._keys.Select(ArrowTypes.ToArrow)], null), rows.Arrays.Take(diff._keys.Count), rows.Length);

        private ConstraintViolationException NoKey(long version) =>
            new($"Version {version} of the table at {diff._table.Store.Root} has several rows with the same values in {string.Join(", ", diff._keys.Select(static k => k.Name))}: these columns are no key. Compare by columns that name one row.");
    }
}
