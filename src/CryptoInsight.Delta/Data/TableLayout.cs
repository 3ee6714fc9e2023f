using System.Runtime.CompilerServices;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Data;

/// <summary>What reading and writing need to know of a table's metadata, worked out once per metadata action.</summary>
internal sealed class TableLayout
{
    private const int IndexedColumnsDefault = 32;

    private static readonly ConditionalWeakTable<Metadata, TableLayout> Cache = [];

    private readonly HashSet<string> _partitionNames;

    private readonly Dictionary<ParquetWriteOptions, ParquetSharp.WriterProperties> _properties = [];

    private TableLayout(Protocol protocol, Metadata metadata, StructType schema)
    {
        Protocol = protocol;
        Metadata = metadata;
        Schema = schema;
        Mapping = ColumnMapping.ModeOf(protocol, metadata);
        PartitionFields = [.. metadata.PartitionColumns.Select(c => schema.Find(c)
            ?? throw new CorruptTableException($"The metaData action names a partition column that the schema does not have (partition column {metadata.PartitionColumns.ToList().IndexOf(c) + 1})."))];
        _partitionNames = new HashSet<string>(PartitionFields.Select(f => f.Name), StringComparer.Ordinal);
        DataFields = [.. schema.Fields.Where(f => !IsPartition(f))];
        WriteFields = [.. DataFields.Where(f => !ArrowTypes.IsVoid(f.Type)).Select(f => f with { Type = ArrowTypes.WithoutVoid(f.Type) })];
        StatsFields = StatsSelection.Select(WriteFields, metadata.Configuration, Mapping, IndexedColumnsDefault);
        Rules = new Lazy<IReadOnlyList<RowRule>>(() => RowRules.Of(protocol, metadata, schema));
        FileSchema = new Lazy<Apache.Arrow.Schema>(() => new Apache.Arrow.Schema([.. WriteFields.Select(f => ArrowTypes.ToParquet(f, Mapping))], null));
    }

    public Protocol Protocol { get; }

    public Metadata Metadata { get; }

    public StructType Schema { get; }

    public ColumnMappingMode Mapping { get; }

    /// <summary>Partition columns in the order of the metadata.</summary>
    public IReadOnlyList<StructField> PartitionFields { get; }

    /// <summary>All other columns, in the order of the schema.</summary>
    public IReadOnlyList<StructField> DataFields { get; }

    /// <summary>The columns that a data file holds: no partition columns, no void.</summary>
    public IReadOnlyList<StructField> WriteFields { get; }

    /// <summary>The leaves that get statistics.</summary>
    public StatsSelection StatsFields { get; }

    /// <summary>The schema of a new data file: physical names, field ids.</summary>
    public Lazy<Apache.Arrow.Schema> FileSchema { get; }

    /// <summary>What every row that is written must fulfil.</summary>
    public Lazy<IReadOnlyList<RowRule>> Rules { get; }

    public bool DeletionVectorsAllowed =>
        Protocol.WriterFeatures.Contains("deletionVectors") && Flag("delta.enableDeletionVectors");

    public bool ChangeFeedEnabled =>
        (Protocol.MinWriterVersion is >= 4 and < 7 || Protocol.WriterFeatures.Contains("changeDataFeed")) && Flag("delta.enableChangeDataFeed");

    public bool AppendOnly =>
        (Protocol.MinWriterVersion is >= 2 and < 7 || Protocol.WriterFeatures.Contains("appendOnly")) && Flag("delta.appendOnly");

    /// <summary>Native writer properties, built once per set of options.</summary>
    public ParquetSharp.WriterProperties WriterProperties(ParquetWriteOptions options)
    {
        lock (_properties)
        {
            if (!_properties.TryGetValue(options, out ParquetSharp.WriterProperties? known))
            {
                _properties.Add(options, known = ParquetFileWriter.PropertiesFor(WriteFields, Mapping, options));
            }

            return known;
        }
    }

    public static TableLayout Of(Protocol protocol, Metadata metadata, StructType schema)
    {
        if (Cache.TryGetValue(metadata, out TableLayout? known) && known.Protocol == protocol)
        {
            return known;
        }

        TableLayout layout = new(protocol, metadata, schema);
        Cache.AddOrUpdate(metadata, layout);
        return layout;
    }

    public static TableLayout Of(Log.Snapshot snapshot) => Of(snapshot.Protocol, snapshot.Metadata, snapshot.Schema);

    public bool IsPartition(StructField field) => _partitionNames.Contains(field.Name);

    public string PhysicalName(StructField field) => ColumnMapping.PhysicalName(field, Mapping);

    public StructField Field(string name) =>
        Schema.Find(name) ?? throw new DeltaException($"The table has no column of that name (asked for a name of {name.Length} characters; the table has {string.Join(", ", Schema.Fields.Select(f => f.Name))}).");

    /// <summary>Whether rows prepared for this layout fit the other: same columns, partitions, properties and protocol.</summary>
    public bool Fits(TableLayout other) => ReferenceEquals(this, other)
        || (Metadata.SchemaString == other.Metadata.SchemaString
            && Metadata.PartitionColumns.SequenceEqual(other.Metadata.PartitionColumns)
            && Metadata.Configuration.Count == other.Metadata.Configuration.Count
            && Metadata.Configuration.All(p => other.Metadata.Configuration.TryGetValue(p.Key, out string? v) && v == p.Value)
            && Protocol.WriterFeatures.ToHashSet().SetEquals(other.Protocol.WriterFeatures)
            && (Protocol.MinReaderVersion, Protocol.MinWriterVersion) == (other.Protocol.MinReaderVersion, other.Protocol.MinWriterVersion));

    private bool Flag(string property) => Metadata.Configuration.TryGetValue(property, out string? v) && string.Equals(v, "true", StringComparison.OrdinalIgnoreCase);
}
