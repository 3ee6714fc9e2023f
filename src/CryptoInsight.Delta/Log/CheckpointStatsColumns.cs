using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Types;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Delta.Schema;
using ArrowStruct = Apache.Arrow.Types.StructType;

namespace CryptoInsight.Delta.Log;

/// <summary>Statistics and partition values as typed columns of a checkpoint, for tables that ask for them (<c>delta.checkpoint.writeStatsAsStruct</c>).</summary>
/// <remarks><b>Source</b>: PROTOCOL.md, "Checkpoint Format": <c>stats_parsed</c> and <c>partitionValues_parsed</c>. A bound that is no value of its column's type is left out: that saves less work and excludes no row.</remarks>
internal sealed class CheckpointStatsColumns
{
    private readonly TableLayout _layout;
    private readonly ArrowStruct? _bounds;
    private readonly ArrowStruct? _counts;

    internal CheckpointStatsColumns(Snapshot snapshot)
    {
        _layout = TableLayout.Of(snapshot);
        _bounds = TypeOf(_layout.StatsFields.Columns, BoundType);
        _counts = TypeOf(_layout.StatsFields.Columns, static _ => Int64Type.Default);
        List<Field> stats = [new Field("numRecords", Int64Type.Default, true)];
        AddIf(stats, "minValues", _bounds);
        AddIf(stats, "maxValues", _bounds);
        AddIf(stats, "nullCount", _counts);
        stats.Add(new Field("tightBounds", BooleanType.Default, true));
        Fields = _layout.PartitionFields.Count == 0
            ? [new Field("stats_parsed", new ArrowStruct(stats), true)]
            :
            [
                new Field("partitionValues_parsed", new ArrowStruct([.. _layout.PartitionFields.Select(f => new Field(_layout.PhysicalName(f), ArrowTypes.ToArrow(f.Type), true))]), true),
                new Field("stats_parsed", new ArrowStruct(stats), true),
            ];
    }

    /// <summary>The columns, to stand at the end of <c>add</c>.</summary>
    internal IReadOnlyList<Field> Fields { get; }

    /// <summary>Their values for some files.</summary>
    internal IReadOnlyList<IArrowArray> Values(AddFile[] files)
    {
        JsonElement?[] stats = [.. files.Select(Parsed)];
        IArrowArray parsed = Stats((ArrowStruct)Fields[^1].DataType, stats);
        return _layout.PartitionFields.Count == 0 ? [parsed] : [Partitions(files), parsed];
    }

    private static void AddIf(List<Field> fields, string name, ArrowStruct? type)
    {
        if (type is not null)
        {
            fields.Add(new Field(name, type, true));
        }
    }

    // Null where no leaf below has such a value: Parquet knows no empty struct.
    private static ArrowStruct? TypeOf(IReadOnlyList<StatsSelection.Node> nodes, Func<DataType, IArrowType?> leaf)
    {
        List<Field> fields = [];
        foreach (StatsSelection.Node node in nodes)
        {
            IArrowType? type = node.Children.Count > 0 ? TypeOf(node.Children, leaf) : leaf(node.Type);
            if (type is not null)
            {
                fields.Add(new Field(node.PhysicalName, type, true));
            }
        }

        return fields.Count == 0 ? null : new ArrowStruct(fields);
    }

    private static IArrowType? BoundType(DataType type) =>
        type is DecimalType or PrimitiveType { Name: "long" or "integer" or "short" or "byte" or "double" or "float" or "string" or "date" or "timestamp" or "timestamp_ntz" } ? ArrowTypes.ToArrow(type) : null;

    private static JsonElement? Parsed(AddFile file)
    {
        try
        {
            if (file.StatsUtf8 is not { IsEmpty: false } utf8)
            {
                return null;
            }

            Utf8JsonReader reader = new(utf8);
            JsonElement parsed = JsonElement.ParseValue(ref reader);
            return parsed.ValueKind == JsonValueKind.Object ? parsed : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private StructArray Partitions(AddFile[] files) => StructOf(
        (ArrowStruct)Fields[0].DataType,
        files.Length,
        static _ => true,
        [.. _layout.PartitionFields.Select(f => ValueArrays.Build(f.Type, [.. files.Select(file => PartitionValues.Parse(FileStats.TextOf(file.PartitionValues, _layout.PhysicalName(f), f), f))]))]);

    private StructArray Stats(ArrowStruct type, JsonElement?[] stats)
    {
        List<IArrowArray> columns = [ValueArrays.Build(DataType.Long, Leaves(stats, "numRecords", DataType.Long))];
        if (_bounds is not null)
        {
            columns.Add(Struct(_bounds, _layout.StatsFields.Columns, Members(stats, "minValues"), static t => t));
            columns.Add(Struct(_bounds, _layout.StatsFields.Columns, Members(stats, "maxValues"), static t => t));
        }

        if (_counts is not null)
        {
            columns.Add(Struct(_counts, _layout.StatsFields.Columns, Members(stats, "nullCount"), static _ => DataType.Long));
        }

        columns.Add(ValueArrays.Build(DataType.Boolean, Leaves(stats, "tightBounds", DataType.Boolean)));
        return StructOf(type, stats.Length, i => stats[i] is not null, columns);
    }

    private static StructArray Struct(ArrowStruct type, IReadOnlyList<StatsSelection.Node> nodes, JsonElement?[] objects, Func<DataType, DataType> typeOf)
    {
        List<IArrowArray> columns = [];
        foreach (StatsSelection.Node node in nodes)
        {
            if (type.GetFieldIndex(node.PhysicalName) is >= 0 and int at)
            {
                columns.Add(type.Fields[at].DataType is ArrowStruct nested
                    ? Struct(nested, node.Children, Members(objects, node.PhysicalName), typeOf)
                    : ValueArrays.Build(typeOf(node.Type), Leaves(objects, node.PhysicalName, typeOf(node.Type))));
            }
        }

        return StructOf(type, objects.Length, i => objects[i] is { ValueKind: JsonValueKind.Object }, columns);
    }

    private static StructArray StructOf(ArrowStruct type, int length, Func<int, bool> isThere, IReadOnlyList<IArrowArray> columns)
    {
        (ArrowBuffer bits, int nulls) = ValueArrays.Validity(length, isThere);
        return new StructArray(type, length, columns, bits, nulls);
    }

    private static JsonElement?[] Members(JsonElement?[] objects, string name) =>
        [.. objects.Select(o => o is { ValueKind: JsonValueKind.Object } there && there.TryGetProperty(name, out JsonElement member) ? member : (JsonElement?)null)];

    private static Value?[] Leaves(JsonElement?[] objects, string name, DataType type) => [.. Members(objects, name).Select(m => m is { } element ? ValueOf(element, type) : null)];

    private static Value? ValueOf(JsonElement element, DataType type)
    {
        string? text = element.ValueKind switch
        {
            JsonValueKind.String => element.GetString(),
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => element.GetRawText(),
            _ => null,
        };
        return text is null ? null
            : type.Equals(DataType.String) ? (element.ValueKind == JsonValueKind.String ? Value.Of(text) : null)
            : PartitionValues.TryParse(text, type, out Value value) ? value
            : null;
    }
}
