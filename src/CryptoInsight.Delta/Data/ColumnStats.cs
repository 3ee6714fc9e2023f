using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Apache.Arrow;

namespace CryptoInsight.Delta.Data;

/// <summary>Collects the statistics of one data file while it is written, and writes them as <c>add.stats</c>.</summary>
/// <remarks><b>Source</b>: PROTOCOL.md, "Per-file Statistics". The bounds never exclude a row that is present.</remarks>
internal sealed class ColumnStats
{
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly List<Node> _columns;
    private long _rows;

    public ColumnStats(StatsSelection selection) => _columns = [.. selection.Columns.Select(Build)];

    public long Rows => _rows;

    /// <summary>Folds in a batch that has the columns of the file, in the file's order.</summary>
    public void Add(RecordBatch batch)
    {
        _rows += batch.Length;
        foreach (Node column in _columns)
        {
            Fold(column, batch.Column(column.Index));
        }
    }

    public string ToJson()
    {
        ArrayBufferWriter<byte> buffer = new(512);
        using (Utf8JsonWriter json = new(buffer, JsonOptions))
        {
            json.WriteStartObject();
            json.WriteNumber("numRecords", _rows);
            WriteObject(json, "minValues", _columns, static l => l.HasMin, static (l, j) => l.WriteMin(j));
            WriteObject(json, "maxValues", _columns, static l => l.HasMax, static (l, j) => l.WriteMax(j));
            WriteObject(json, "nullCount", _columns, static _ => true, static (l, j) => j.WriteNumberValue(l.NullCount));
            json.WriteBoolean("tightBounds", true);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>The same statistics for a file that now has a deletion vector: bounds are wide, numRecords stays that of the data file.</summary>
    public static string Loosened(string stats)
    {
        ArrayBufferWriter<byte> buffer = new(stats.Length + 32);
        using (JsonDocument document = JsonDocument.Parse(stats))
        using (Utf8JsonWriter json = new(buffer, JsonOptions))
        {
            json.WriteStartObject();
            foreach (JsonProperty p in document.RootElement.EnumerateObject())
            {
                if (!p.NameEquals("tightBounds"))
                {
                    p.WriteTo(json);
                }
            }

            json.WriteBoolean("tightBounds", false);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Statistics that know the number of records only: what a file without statistics needs before it may get a deletion vector.</summary>
    public static string CountOnly(long rows) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $$"""{"numRecords":{{rows}},"tightBounds":false}""");

    private static Node Build(StatsSelection.Node n) => new(n.Index, n.PhysicalName, n.Children.Count == 0 ? StatsLeaf.For(n.Type) : null, [.. n.Children.Select(Build)]);

    private static void Fold(Node node, IArrowArray array)
    {
        if (node.Leaf is StatsLeaf leaf)
        {
            leaf.Add(array);
            return;
        }

        foreach (Node child in node.Children)
        {
            Fold(child, Buffers.Child(array, child.Index));
        }
    }

    private static bool Any(List<Node> nodes, Func<StatsLeaf, bool> has) => nodes.Exists(n => n.Leaf is StatsLeaf l ? has(l) : Any(n.Children, has));

    private static void WriteObject(Utf8JsonWriter json, string name, List<Node> nodes, Func<StatsLeaf, bool> has, Action<StatsLeaf, Utf8JsonWriter> write)
    {
        json.WriteStartObject(name);
        foreach (Node n in nodes)
        {
            if (n.Leaf is StatsLeaf leaf)
            {
                if (has(leaf))
                {
                    json.WritePropertyName(n.PhysicalName);
                    write(leaf, json);
                }
            }
            else if (Any(n.Children, has))
            {
                WriteObject(json, n.PhysicalName, n.Children, has, write);
            }
        }

        json.WriteEndObject();
    }

    private sealed record Node(int Index, string PhysicalName, StatsLeaf? Leaf, List<Node> Children);
}
