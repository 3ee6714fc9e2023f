using System.Runtime.CompilerServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Operations;

/// <summary>Gives the rows of a bin in the order of a Z-curve, in bounded memory.</summary>
/// <remarks>Rows that fit are read once and held; only their keys are sorted. Others are parted by ranges of keys into files on the local disk, each of which fits, and those are sorted one after the other;
/// a range that turns out too large is parted again. Rows of one and the same key, however many, keep their order and pass through.</remarks>
internal sealed class ZOrderSorter : IDisposable
{
    private const int ChunkRows = 1 << 15;
    private const int PartsMax = 256;
    private const int DepthMax = 6;

    // What a compressed byte becomes in memory: the first guess only, for what is held is counted.
    private const int ExpansionAtLeast = 2;
    private const int ExpansionAbout = 6;

    // Keys, row numbers and their scratch while rows are ordered.
    private const int BytesPerKey = 40;

    private static readonly Field s_row = new("__row", Int64Type.Default, false);

    private readonly CompactionSource _source;
    private readonly IReadOnlyList<StructField> _fields;
    private readonly IReadOnlyList<StructField> _by;
    private readonly int[] _keyColumns;
    private readonly SortMemory _memory;
    private readonly long _bytesMax;
    private readonly string? _folder;

    /// <param name="source">The rows.</param>
    /// <param name="fields">Their columns.</param>
    /// <param name="by">The ordering columns, among them.</param>
    /// <param name="memory">Counts what is held.</param>
    /// <param name="bytesMax">What this sort may hold.</param>
    /// <param name="folder">Where rows are put aside; null: the system's temporary folder.</param>
    public ZOrderSorter(CompactionSource source, IReadOnlyList<StructField> fields, IReadOnlyList<StructField> by, SortMemory memory, long bytesMax, string? folder)
    {
        (_source, _fields, _by, _memory, _bytesMax, _folder) = (source, fields, by, memory, bytesMax, folder);
        _keyColumns = [.. by.Select(k => fields.ToList().FindIndex(f => f.Name == k.Name))];
        Order = new RowOrder(folder);
    }

    /// <summary>Where each row came from, as far as the rows were given out.</summary>
    public RowOrder Order { get; }

    /// <summary>All rows, once the first were given out.</summary>
    public long Rows { get; private set; }

    /// <summary>The rows in their new order.</summary>
    public async IAsyncEnumerable<RecordBatch> SortAsync([EnumeratorCancellation] CancellationToken ct)
    {
        if (await HoldAsync(ct).ConfigureAwait(false) is Held held)
        {
            Rows = held.Rows.Length;
            ZOrderKeys keys = new(_by);
            keys.Sample(KeysOf(held.Rows));
            keys.Seal();
            foreach (RecordBatch chunk in Chunks(held, keys, numbers: null))
            {
                yield return chunk;
            }

            yield break;
        }

        await foreach (RecordBatch chunk in PartedAsync(token => _source.ReadAsync(_by, token), token => Numbered(_source.ReadAsync(_fields, token), token), _source.Bytes * ExpansionAbout, 0, ct).ConfigureAwait(false))
        {
            yield return chunk;
        }
    }

    public void Dispose() => Order.Dispose();

    /// <summary>All rows of the bin in memory, or null if there are too many.</summary>
    private async Task<Held?> HoldAsync(CancellationToken ct)
    {
        if (_source.Bytes > _bytesMax / ExpansionAtLeast)
        {
            return null;
        }

        List<RecordBatch> batches = [];
        long bytes = 0;
        await foreach (RecordBatch batch in _source.ReadAsync(_fields, ct).ConfigureAwait(false))
        {
            batches.Add(batch);
            long more = BatchBytes.Of(batch) + ((long)batch.Length * BytesPerKey);
            if (bytes + more > _bytesMax)
            {
                batches.ForEach(static b => b.Dispose());
                _memory.Release(bytes);
                return null;
            }

            _memory.Hold(more);
            bytes += more;
        }

        return batches.Count == 0 ? null : new Held(Joined(batches), bytes);
    }

    // Column by column, so that no more than one is there twice.
    private static RecordBatch Joined(List<RecordBatch> batches)
    {
        if (batches.Count == 1)
        {
            return batches[0];
        }

        IArrowArray[] columns = new IArrowArray[batches[0].ColumnCount];
        for (int c = 0; c < columns.Length; c++)
        {
            List<IArrowArray> parts = [.. batches.Select(b => b.Column(c))];
            columns[c] = ArrayJoin.Join(parts);
            parts.ForEach(static p => p.Dispose());
        }

        return new RecordBatch(batches[0].Schema, columns, batches.Sum(static b => b.Length));
    }

    private IEnumerable<RecordBatch> Chunks(Held held, ZOrderKeys keys, long[]? numbers)
    {
        ulong[] curve = new ulong[held.Rows.Length];
        keys.Of(KeysOf(held.Rows), curve);
        int[] order = RadixOrder.Of(curve, keys.Bits);
        for (int done = 0; done < order.Length; done += ChunkRows)
        {
            int[] rows = order[done..Math.Min(order.Length, done + ChunkRows)];
            Order.Add([.. rows.Select(r => numbers is null ? r : numbers[r])]);
            yield return ArrayTake.Take(held.Rows, rows);
        }

        held.Rows.Dispose();
        _memory.Release(held.Bytes);
    }

    /// <summary>Parts rows by ranges of keys and gives the parts one after the other, each in order.</summary>
    private async IAsyncEnumerable<RecordBatch> PartedAsync(
        Func<CancellationToken, IAsyncEnumerable<RecordBatch>> readKeys, Func<CancellationToken, IAsyncEnumerable<RecordBatch>> read, long bytes, int depth, [EnumeratorCancellation] CancellationToken ct)
    {
        ZOrderKeys keys = new(_by);
        await foreach (RecordBatch some in readKeys(ct).ConfigureAwait(false))
        {
            keys.Sample(some);
        }

        keys.Seal();
        List<SpillFile> parts = [];
        ulong[] cuts = [];
        try
        {
            long rows = 0;
            await foreach (RecordBatch batch in read(ct).ConfigureAwait(false))
            {
                if (parts.Count == 0)
                {
                    // How wide rows are in memory is known from the first of them: what compressed well would else be parted twice.
                    long all = Math.Max(bytes, keys.RowsSeen * ((BatchBytes.Of(batch) / Math.Max(1, batch.Length)) + BytesPerKey));
                    cuts = Cuts(keys.OfSample(), (int)Math.Clamp((all * 2 / _bytesMax) + 1, 2, PartsMax));
                    parts.AddRange(Enumerable.Range(0, cuts.Length + 1).Select(_ => new SpillFile(_folder)));
                }

                rows += batch.Length;
                Part(batch, keys, cuts, parts);
                batch.Dispose();
            }

            Rows = depth == 0 ? rows : Rows;
            foreach (SpillFile part in parts)
            {
                await foreach (RecordBatch chunk in PartAsync(part, keys, depth, ct).ConfigureAwait(false))
                {
                    yield return chunk;
                }

                part.Dispose();
            }
        }
        finally
        {
            parts.ForEach(static p => p.Dispose());
        }
    }

    private async IAsyncEnumerable<RecordBatch> PartAsync(SpillFile part, ZOrderKeys keys, int depth, [EnumeratorCancellation] CancellationToken ct)
    {
        if (part.Rows == 0)
        {
            yield break;
        }

        IAsyncEnumerable<RecordBatch> chunks = part.Bytes + (part.Rows * BytesPerKey) <= _bytesMax ? SortedAsync(part, keys, ct)
            : depth < DepthMax && (depth == 0 || part.Keys.Least < part.Keys.Greatest) ? PartedAsync(token => part.ReadAsync(token).Select(KeysOf), part.ReadAsync, part.Bytes, depth + 1, ct)
            : AsTheyAreAsync(part, ct);
        await foreach (RecordBatch chunk in chunks.ConfigureAwait(false))
        {
            yield return chunk;
        }
    }

    private async IAsyncEnumerable<RecordBatch> SortedAsync(SpillFile part, ZOrderKeys keys, [EnumeratorCancellation] CancellationToken ct)
    {
        long bytes = part.Bytes + (part.Rows * BytesPerKey);
        _memory.Hold(bytes);
        List<RecordBatch> batches = await part.ReadAsync(ct).ToListAsync(ct).ConfigureAwait(false);
        RecordBatch rows = Joined(batches);
        long[] numbers = Buffers.Values<long>(rows.Column(_fields.Count)).ToArray();
        foreach (RecordBatch chunk in Chunks(new Held(TableScan.Project(rows, _fields.Count), bytes), keys, numbers))
        {
            yield return chunk;
        }
    }

    private async IAsyncEnumerable<RecordBatch> AsTheyAreAsync(SpillFile part, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (RecordBatch batch in part.ReadAsync(ct).ConfigureAwait(false))
        {
            Order.Add(Buffers.Values<long>(batch.Column(_fields.Count)).ToArray());
            yield return TableScan.Project(batch, _fields.Count);
        }
    }

    // Between the parts of the sample. A key that many rows have gets a part of its own: everything below it, it, everything above it.
    private static ulong[] Cuts(ulong[] sampled, int parts)
    {
        SortedSet<ulong> cuts = [];
        for (int p = 1; p < parts && sampled.Length > 0; p++)
        {
            ulong cut = sampled[(int)((long)sampled.Length * p / parts)];
            if (!cuts.Add(cut) && cut < ulong.MaxValue)
            {
                cuts.Add(cut + 1);
            }
        }

        return [.. cuts];
    }

    private void Part(RecordBatch batch, ZOrderKeys keys, ulong[] cuts, List<SpillFile> parts)
    {
        ulong[] curve = new ulong[batch.Length];
        keys.Of(KeysOf(batch), curve);
        List<int>[] rows = [.. parts.Select(static _ => new List<int>())];
        for (int row = 0; row < curve.Length; row++)
        {
            int at = System.Array.BinarySearch(cuts, curve[row]);
            rows[at < 0 ? ~at : at + 1].Add(row);
        }

        for (int p = 0; p < parts.Count; p++)
        {
            if (rows[p].Count > 0)
            {
                parts[p].Add(ArrayTake.Take(batch, rows[p].ToArray()), rows[p].Min(r => curve[r]), rows[p].Max(r => curve[r]));
            }
        }
    }

    private RecordBatch KeysOf(RecordBatch batch) =>
        new(new Apache.Arrow.Schema([.. _keyColumns.Select(c => batch.Schema.GetFieldByIndex(c))], null), _keyColumns.Select(batch.Column), batch.Length);

    private static async IAsyncEnumerable<RecordBatch> Numbered(IAsyncEnumerable<RecordBatch> batches, [EnumeratorCancellation] CancellationToken ct)
    {
        long next = 0;
        await foreach (RecordBatch batch in batches.WithCancellation(ct).ConfigureAwait(false))
        {
            long[] numbers = new long[batch.Length];
            for (int i = 0; i < numbers.Length; i++)
            {
                numbers[i] = next++;
            }

            Int64Array column = new Int64Array.Builder().AppendRange(numbers).Build();
            yield return new RecordBatch(new Apache.Arrow.Schema([.. batch.Schema.FieldsList, s_row], null), [.. batch.Arrays, column], batch.Length);
        }
    }

    /// <summary>Rows in memory, and how many bytes are counted for them.</summary>
    private sealed record Held(RecordBatch Rows, long Bytes);
}
