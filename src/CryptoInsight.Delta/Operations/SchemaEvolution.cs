using System.Globalization;
using Apache.Arrow;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Operations;

/// <summary>The schema that rows are written with, and the actions that give it to the table; none where it has it already.</summary>
internal sealed record SchemaEvolution(TableLayout Layout, IReadOnlyList<DeltaAction> Actions)
{
    /// <summary>Decides by the mode what the rows' columns do to the schema of the snapshot.</summary>
    public static SchemaEvolution Of(Snapshot snapshot, IReadOnlyList<RecordBatch> rows, SchemaMode mode, Func<Guid> newId)
    {
        StructType schema = mode switch
        {
            SchemaMode.Merge => rows.Aggregate(snapshot.Schema, static (known, batch) => Merged(known, ArrowTypes.FromArrowSchema(batch.Schema))),
            SchemaMode.Overwrite when rows.Count > 0 => Replaced(snapshot, ArrowTypes.FromArrowSchema(rows[0].Schema)),
            _ => snapshot.Schema,
        };
        return schema.Equals(snapshot.Schema) ? new SchemaEvolution(TableLayout.Of(snapshot), []) : Change(snapshot, schema, newId);
    }

    private static SchemaEvolution Change(Snapshot snapshot, StructType schema, Func<Guid> newId)
    {
        Dictionary<string, string> properties = new(snapshot.Metadata.Configuration, StringComparer.Ordinal);
        if (ColumnMapping.ModeOf(snapshot.Protocol, snapshot.Metadata) != ColumnMappingMode.None)
        {
            // Ids of columns that are gone are never given again.
            int last = properties.TryGetValue(TableProperties.ColumnMappingMaxId, out string? max) && int.TryParse(max, NumberStyles.None, CultureInfo.InvariantCulture, out int known) ? known : 0;
            (schema, last) = ColumnMapping.Assign(schema, newId(), last);
            properties[TableProperties.ColumnMappingMaxId] = last.ToString(CultureInfo.InvariantCulture);
        }

        Protocol protocol = TableFeatures.With(snapshot.Protocol, TableFeatures.NeededBy(schema));
        Metadata metadata = snapshot.Metadata with { SchemaString = SchemaJson.Write(schema), Configuration = properties };
        ProtocolSupport.CheckWritable(protocol, metadata, schema, snapshot.Root);
        List<DeltaAction> actions = [metadata];
        if (!ReferenceEquals(protocol, snapshot.Protocol))
        {
            actions.Add(protocol);
        }

        return new SchemaEvolution(TableLayout.Of(protocol, metadata, schema), actions);
    }

    // What is there stays as it is, at every depth; what is new comes after it and may be null, since the rows that are there have no value for it.
    private static StructType Merged(StructType known, StructType incoming)
    {
        List<StructField> fields = [.. known.Fields];
        foreach (StructField field in incoming.Fields)
        {
            int at = fields.FindIndex(f => string.Equals(f.Name, field.Name, StringComparison.OrdinalIgnoreCase));
            if (at >= 0)
            {
                fields[at] = fields[at] with { Type = Merged(fields[at].Type, field.Type) };
            }
            else if (!HasVoid(field.Type))
            {
                fields.Add(new StructField(field.Name, Nullable(field.Type)));
            }
        }

        return new StructType(fields);
    }

    private static DataType Merged(DataType known, DataType incoming) => (known, incoming) switch
    {
        (StructType a, StructType b) => Merged(a, b),
        (Schema.ArrayType a, Schema.ArrayType b) => a with { ElementType = Merged(a.ElementType, b.ElementType) },
        (MapType a, MapType b) => a with { KeyType = Merged(a.KeyType, b.KeyType), ValueType = Merged(a.ValueType, b.ValueType) },
        _ => known,
    };

    private static DataType Nullable(DataType type) => type switch
    {
        StructType s => new StructType([.. s.Fields.Select(static f => new StructField(f.Name, Nullable(f.Type)))]),
        Schema.ArrayType a => new Schema.ArrayType(Nullable(a.ElementType), true),
        MapType m => new MapType(Nullable(m.KeyType), Nullable(m.ValueType), true),
        _ => type,
    };

    // Rows without a single value do not say which type the column is to have.
    private static bool HasVoid(DataType type) => type switch
    {
        StructType s => s.Fields.Any(static f => HasVoid(f.Type)),
        Schema.ArrayType a => HasVoid(a.ElementType),
        MapType m => HasVoid(m.KeyType) || HasVoid(m.ValueType),
        _ => ArrowTypes.IsVoid(type),
    };

    private static StructType Replaced(Snapshot snapshot, StructType incoming)
    {
        if (snapshot.Metadata.PartitionColumns.FirstOrDefault(c => incoming.Find(c) is null) is { } missing)
        {
            throw new ConstraintViolationException($"The rows lack the partition column '{missing}', which overwriting the schema cannot take away. Add the column, or make a new table.");
        }

        if (incoming.Fields.GroupBy(static f => f.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(static g => g.Count() > 1) is { } twice)
        {
            throw new ConstraintViolationException($"The rows have two columns named '{twice.Key}': names that differ by case alone are the same.");
        }

        // A column that stays what it was keeps its comment, its id and its rules.
        return new StructType([.. incoming.Fields.Select(f => snapshot.Schema.Find(f.Name) is { } known && known.Type.Equals(f.Type) && known.Name == f.Name ? known : f)]);
    }
}
