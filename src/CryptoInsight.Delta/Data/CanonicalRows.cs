using System.Buffers;
using System.Globalization;
using System.Text;
using Apache.Arrow;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Data;

/// <summary>Writes rows as canonical JSON lines, sorted by their bytes: two tables hold the same rows exactly if the lines are the same.</summary>
/// <remarks>One object a line, keys in the schema's order, no spaces, null keys present, a line feed after every line. All lines are held in memory for the sorting.</remarks>
public static class CanonicalRows
{
    /// <summary>All rows of a snapshot.</summary>
    /// <returns>The number of lines.</returns>
    public static async Task<long> WriteAsync(DeltaTable table, Snapshot snapshot, Stream output, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(snapshot);
        List<byte[]> lines = [];
        await foreach (RecordBatch batch in table.ReadAsync(snapshot, ct: ct).ConfigureAwait(false))
        {
            AddLines(lines, batch, snapshot.Schema.Fields, default);
        }

        return await WriteSortedAsync(lines, output, ct).ConfigureAwait(false);
    }

    /// <summary>The row changes of the versions in (fromExclusive, toInclusive], each with <c>_change_type</c> and <c>_commit_version</c> at the end.</summary>
    /// <returns>The number of lines.</returns>
    public static async Task<long> WriteChangesAsync(DeltaTable table, long fromExclusive, long toInclusive, Stream output, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        IReadOnlyList<StructField> fields = (await table.SnapshotAtAsync(toInclusive, ct).ConfigureAwait(false)).Schema.Fields;
        List<byte[]> lines = [];
        await foreach (ChangeBatch change in table.ReadChangesAsync(fromExclusive, toInclusive, null, ct).ConfigureAwait(false))
        {
            string kind = Encoding.ASCII.GetString(ChangeFeedReader.TextOf(change.Kind));
            AddLines(lines, change.Rows, fields, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $",\"_change_type\":\"{kind}\",\"_commit_version\":{change.Version}")));
        }

        return await WriteSortedAsync(lines, output, ct).ConfigureAwait(false);
    }

    /// <summary>The rows of one batch as lines without line feeds, in the batch's order.</summary>
    public static IReadOnlyList<string> Lines(RecordBatch batch, StructType schema)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(schema);
        List<byte[]> lines = [];
        AddLines(lines, batch, schema.Fields, default);
        return [.. lines.Select(Encoding.UTF8.GetString)];
    }

    private static void AddLines(List<byte[]> lines, RecordBatch batch, IReadOnlyList<StructField> fields, ReadOnlySpan<byte> tail)
    {
        byte[][] keys = [.. fields.Select(static (f, i) => Key(f.Name, i))];
        ArrayBufferWriter<byte> line = new(256);
        for (int row = 0; row < batch.Length; row++)
        {
            line.ResetWrittenCount();
            line.Write("{"u8);
            for (int c = 0; c < keys.Length; c++)
            {
                line.Write(keys[c]);
                CanonicalValue.Write(line, batch.Column(c), row, fields[c].Type);
            }

            line.Write(tail);
            line.Write("}"u8);
            lines.Add(line.WrittenSpan.ToArray());
        }
    }

    private static byte[] Key(string name, int index)
    {
        ArrayBufferWriter<byte> key = new();
        key.Write(index > 0 ? ","u8 : default);
        CanonicalValue.WriteText(key, Encoding.UTF8.GetBytes(name));
        key.Write(":"u8);
        return key.WrittenSpan.ToArray();
    }

    private static async Task<long> WriteSortedAsync(List<byte[]> lines, Stream output, CancellationToken ct)
    {
        lines.Sort(static (a, b) => a.AsSpan().SequenceCompareTo(b));
        foreach (byte[] line in lines)
        {
            await output.WriteAsync(line, ct).ConfigureAwait(false);
            await output.WriteAsync("\n"u8.ToArray(), ct).ConfigureAwait(false);
        }

        await output.FlushAsync(ct).ConfigureAwait(false);
        return lines.Count;
    }
}
