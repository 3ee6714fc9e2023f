using System.Globalization;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Operations;

/// <summary>Changes columns and properties: one metadata action, and a protocol action if a feature is switched on.</summary>
internal static class Alter
{
    // Properties that mean work on what is there already: ids for every column, ids for every row, a record of when timestamps began.
    private static readonly string[] s_onlyAtCreation = [TableProperties.ColumnMappingMode, TableProperties.RowTracking, TableProperties.InCommitTimestampsProperty];

    internal static PreparedCommit Prepare(Snapshot snapshot, TableAlteration change, CommitSpec spec, Func<Guid> newId)
    {
        Dictionary<string, string> properties = new(snapshot.Metadata.Configuration, StringComparer.Ordinal);
        Protocol protocol = ChangeProperties(snapshot, change, properties);
        StructType schema = AddColumns(snapshot.Schema, change, properties, newId);
        protocol = TableFeatures.With(protocol, TableFeatures.NeededBy(schema));
        Metadata metadata = snapshot.Metadata with { SchemaString = change.AddColumns.Count > 0 ? SchemaJson.Write(schema) : snapshot.Metadata.SchemaString, Configuration = properties };
        List<DeltaAction> actions = [metadata];
        if (!ReferenceEquals(protocol, snapshot.Protocol))
        {
            actions.Add(protocol);
        }

        return new PreparedCommit(snapshot, actions, spec);
    }

    private static Protocol ChangeProperties(Snapshot snapshot, TableAlteration change, Dictionary<string, string> properties)
    {
        Protocol protocol = snapshot.Protocol;
        foreach ((string name, string value) in change.SetProperties)
        {
            TableProperties.CheckValue(name, value);
            IReadOnlyList<string> features = TableFeatures.NeededBy(name, value);
            if (s_onlyAtCreation.Contains(name) && features.Count > 0 && properties.GetValueOrDefault(name) != value)
            {
                throw new DeltaException($"The property '{name}' can be switched on only when a table is made. Make a new table with it and copy the rows.");
            }

            if (name.StartsWith(RowRules.ConstraintPrefix, StringComparison.OrdinalIgnoreCase))
            {
                throw new DeltaException($"A constraint is not set as a property, since the rows that are there must be checked: use {nameof(DeltaTable.AddConstraintAsync)}.");
            }

            protocol = TableFeatures.With(protocol, features);
            if (!name.StartsWith(TableFeatures.ByName, StringComparison.Ordinal))
            {
                properties[name] = value;
            }
        }

        foreach (string name in change.UnsetProperties)
        {
            properties.Remove(name);
        }

        return protocol;
    }

    private static StructType AddColumns(StructType schema, TableAlteration change, Dictionary<string, string> properties, Func<Guid> newId)
    {
        if (change.AddColumns.Count == 0)
        {
            return schema;
        }

        List<StructField> fields = [.. schema.Fields];
        int at = change.AddBefore is null ? fields.Count : fields.FindIndex(f => string.Equals(f.Name, change.AddBefore, StringComparison.OrdinalIgnoreCase));
        if (at < 0)
        {
            throw new DeltaException($"There is no column '{change.AddBefore}' to put the new columns before.");
        }

        foreach (StructField field in change.AddColumns)
        {
            if (fields.Exists(f => string.Equals(f.Name, field.Name, StringComparison.OrdinalIgnoreCase)))
            {
                throw new DeltaException($"The table has a column '{field.Name}' already.");
            }

            if (!field.Nullable)
            {
                throw new DeltaException($"The new column '{field.Name}' must be nullable: the rows that are there have no value for it.");
            }

            fields.Insert(at++, field);
        }

        StructType grown = new(fields);
        if (properties.TryGetValue(TableProperties.ColumnMappingMode, out string? mode) && !string.Equals(mode, "none", StringComparison.OrdinalIgnoreCase))
        {
            // Ids of dropped columns are never given again.
            int last = properties.TryGetValue(TableProperties.ColumnMappingMaxId, out string? max) && int.TryParse(max, NumberStyles.None, CultureInfo.InvariantCulture, out int known) ? known : 0;
            (grown, last) = ColumnMapping.Assign(grown, newId(), last);
            properties[TableProperties.ColumnMappingMaxId] = last.ToString(CultureInfo.InvariantCulture);
        }

        return grown;
    }
}
