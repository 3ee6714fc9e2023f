using Apache.Arrow;
using CryptoInsight.Delta.Actions;

namespace CryptoInsight.Delta.Log;

/// <summary>The statistics of a checkpoint's files: the compressed file stays in memory, and is decoded when the first one is asked for.</summary>
/// <remarks>Most tables are opened to append or to follow, which needs none; and compressed they take a fraction of the room.</remarks>
internal sealed class CheckpointStats : TextColumn
{
    /// <summary>The column that holds them as JSON text.</summary>
    internal const string TextColumn = "add.stats";

    /// <summary>The columns that hold them as values.</summary>
    internal const string StructColumns = "add.stats_parsed.";

    private readonly Lazy<List<(int FirstRow, StatsColumn Batch)>> _batches;

    internal CheckpointStats(byte[] file) => _batches = new Lazy<List<(int, StatsColumn)>>(() => Decode(file));

    /// <inheritdoc/>
    internal override ReadOnlySpan<byte> At(int row)
    {
        List<(int FirstRow, StatsColumn Batch)> batches = _batches.Value;
        int low = 0, high = batches.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) >>> 1;
            (low, high) = batches[middle].FirstRow <= row ? (middle, high) : (low, middle - 1);
        }

        return batches.Count == 0 ? default : batches[low].Batch.At(row - batches[low].FirstRow);
    }

    private static List<(int FirstRow, StatsColumn Batch)> Decode(byte[] file)
    {
        try
        {
            List<(int, StatsColumn)> text = Read(file, static c => c == TextColumn, static adds => ArrowCells.Field(adds, "stats") is { } column ? StatsColumn.FromText(column) : null);
            return text.Count > 0 ? text : Read(file, static c => c.StartsWith(StructColumns, StringComparison.Ordinal), static adds => ArrowCells.Field(adds, "stats_parsed") is StructArray column ? StatsColumn.FromStruct(column) : null);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Statistics only spare work: a column of them that cannot be decoded is the same as none.
            return [];
        }
    }

    private static List<(int FirstRow, StatsColumn Batch)> Read(byte[] file, Func<string, bool> isWanted, Func<StructArray, StatsColumn?> convert)
    {
        List<(int, StatsColumn)> batches = [];
        bool hasText = false;
        int row = 0;
        foreach (RecordBatch records in CheckpointParquet.Read(file, isWanted))
        {
            if (CheckpointActions.Column(records, "add") is { } adds && convert(adds) is { } batch)
            {
                hasText |= !batch.IsEmpty;
                batches.Add((row, batch));
            }

            row += records.Length;
        }

        return hasText ? batches : [];
    }
}
