using Apache.Arrow;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Data;

namespace CryptoInsight.Delta.Operations;

/// <summary>Collects the row changes of one commit and writes them as change files, one per partition.</summary>
internal sealed class ChangeFileSet(TableLayout layout)
{
    private readonly Dictionary<PartitionKey, List<RecordBatch>> _parts = [];
    private readonly List<PartitionKey> _order = [];

    /// <summary>Adds rows (all columns of the schema), each with its kind.</summary>
    public void Add(RecordBatch rows, Func<int, ChangeKind> kindOf)
    {
        List<int>[] picked = [[], [], [], []];
        for (int i = 0; i < rows.Length; i++)
        {
            picked[(int)kindOf(i)].Add(i);
        }

        for (int kind = 0; kind < picked.Length; kind++)
        {
            if (picked[kind].Count > 0)
            {
                AddKind(picked[kind].Count == rows.Length ? rows : ArrayTake.Take(rows, picked[kind].ToArray()), (ChangeKind)kind);
            }
        }
    }

    public async Task<IReadOnlyList<AddCdcFile>> WriteAsync(DataFileWriter writer, CancellationToken ct)
    {
        List<AddCdcFile> files = [];
        foreach (PartitionKey partition in _order)
        {
            files.Add(await writer.WriteChangesAsync(partition, _parts[partition], ct).ConfigureAwait(false));
        }

        return files;
    }

    private void AddKind(RecordBatch rows, ChangeKind kind)
    {
        foreach ((PartitionKey partition, IReadOnlyList<RecordBatch> parts) in PartitionSplit.Split([rows], layout))
        {
            if (!_parts.TryGetValue(partition, out List<RecordBatch>? batches))
            {
                _parts.Add(partition, batches = []);
                _order.Add(partition);
            }

            foreach (RecordBatch part in parts)
            {
                IArrowArray kinds = FilledArrays.Repeat(Apache.Arrow.Types.StringType.Default, ChangeFeedReader.TextOf(kind), part.Length);
                batches.Add(new RecordBatch(WithKind, [.. part.Arrays, kinds], part.Length));
            }
        }
    }

    /// <summary>The schema of a change file of this table.</summary>
    private Apache.Arrow.Schema WithKind { get; } = ChangeFeedReader.FileSchema(layout);
}
