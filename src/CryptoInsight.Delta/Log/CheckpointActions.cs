using Apache.Arrow;
using CryptoInsight.Delta.Actions;

namespace CryptoInsight.Delta.Log;

/// <summary>Reads from a checkpoint's batch everything but the live files.</summary>
internal static class CheckpointActions
{
    /// <summary>Adds the batch's transactions, domains, sidecars, protocol and metadata to <paramref name="actions"/>.</summary>
    internal static void Read(RecordBatch batch, LogCommit actions)
    {
        ForEach(batch, "txn", "appId", (txn, row) => actions.Transactions.Add(new AppTransaction(Text(txn, "appId", row)!, Number(txn, "version", row) ?? throw Missing("txn.version"))
        {
            LastUpdated = Number(txn, "lastUpdated", row),
        }));
        ForEach(batch, "domainMetadata", "domain", (domain, row) => actions.Domains.Add(new DomainMetadata(
            Text(domain, "domain", row)!, Text(domain, "configuration", row) ?? "", ArrowCells.Flag(ArrowCells.Field(domain, "removed"), row) ?? false)));
        ForEach(batch, "sidecar", "path", (sidecar, row) => actions.Sidecars.Add(new Sidecar(Text(sidecar, "path", row)!, Number(sidecar, "sizeInBytes", row) ?? 0)));
        ForEach(batch, "protocol", "minReaderVersion", (protocol, row) => actions.Protocol = ReadProtocol(protocol, row));
        ForEach(batch, "metaData", "id", (metadata, row) => actions.Metadata = ReadMetadata(metadata, row));
    }

    /// <summary>Hands over the batch's tombstones.</summary>
    internal static void ReadTombstones(RecordBatch batch, Action<RemoveFile>? take)
    {
        if (take is null || Column(batch, "remove") is not { } removes)
        {
            return;
        }

        IArrowArray? path = ArrowCells.Field(removes, "path"), time = ArrowCells.Field(removes, "deletionTimestamp"), change = ArrowCells.Field(removes, "dataChange"), extended = ArrowCells.Field(removes, "extendedFileMetadata");
        IArrowArray? partitions = ArrowCells.Field(removes, "partitionValues"), size = ArrowCells.Field(removes, "size"), baseRowId = ArrowCells.Field(removes, "baseRowId"), rowVersion = ArrowCells.Field(removes, "defaultRowCommitVersion");
        StructArray? vectors = ArrowCells.Field(removes, "deletionVector") as StructArray;
        for (int row = 0; row < removes.Length; row++)
        {
            if (removes.IsNull(row) || ArrowCells.Text(path, row) is not { } name)
            {
                continue;
            }

            take(new RemoveFile(name, ArrowCells.Flag(change, row) ?? false)
            {
                DeletionTimestamp = ArrowCells.Number(time, row),
                ExtendedFileMetadata = ArrowCells.Flag(extended, row),
                PartitionValues = ArrowCells.Map(partitions, row),
                Size = ArrowCells.Number(size, row),
                DeletionVector = Vector(vectors, row),
                BaseRowId = ArrowCells.Number(baseRowId, row),
                DefaultRowCommitVersion = ArrowCells.Number(rowVersion, row),
            });
        }
    }

    /// <summary>A deletion vector cell, or null.</summary>
    internal static DeletionVectorDescriptor? Vector(StructArray? vectors, int row)
    {
        if (vectors is null || vectors.IsNull(row) || Text(vectors, "storageType", row) is not { } type)
        {
            return null;
        }

        return new DeletionVectorDescriptor(type, Text(vectors, "pathOrInlineDv", row) ?? throw Missing("deletionVector.pathOrInlineDv"), checked((int?)Number(vectors, "offset", row)),
            checked((int)(Number(vectors, "sizeInBytes", row) ?? throw Missing("deletionVector.sizeInBytes"))), Number(vectors, "cardinality", row) ?? throw Missing("deletionVector.cardinality"));
    }

    private static Protocol ReadProtocol(StructArray protocol, int row) =>
        new(checked((int)Number(protocol, "minReaderVersion", row)!.Value), checked((int)(Number(protocol, "minWriterVersion", row) ?? throw Missing("protocol.minWriterVersion"))))
        {
            ReaderFeatures = ArrowCells.Texts(ArrowCells.Field(protocol, "readerFeatures"), row) ?? [],
            WriterFeatures = ArrowCells.Texts(ArrowCells.Field(protocol, "writerFeatures"), row) ?? [],
        };

    private static Metadata ReadMetadata(StructArray metadata, int row)
    {
        StructArray? format = ArrowCells.Field(metadata, "format") as StructArray;
        return new Metadata(
            Text(metadata, "id", row)!,
            Text(metadata, "schemaString", row) ?? throw Missing("metaData.schemaString"),
            ArrowCells.Texts(ArrowCells.Field(metadata, "partitionColumns"), row) ?? [],
            Strings(ArrowCells.Field(metadata, "configuration"), row))
        {
            Name = Text(metadata, "name", row),
            Description = Text(metadata, "description", row),
            CreatedTime = Number(metadata, "createdTime", row),
            Provider = (format is null ? null : Text(format, "provider", row)) ?? "parquet",
            FormatOptions = Strings(ArrowCells.Field(format, "options"), row),
        };
    }

    private static Dictionary<string, string> Strings(IArrowArray? map, int row) =>
        ArrowCells.Map(map, row)?.Where(static p => p.Value is not null).ToDictionary(static p => p.Key, static p => p.Value!, StringComparer.Ordinal) ?? [];

    private static void ForEach(RecordBatch batch, string action, string key, Action<StructArray, int> take)
    {
        if (Column(batch, action) is not { } column || ArrowCells.Field(column, key) is not { } keys)
        {
            return;
        }

        for (int row = 0; row < column.Length; row++)
        {
            // Some writers mark the struct null, others only its fields.
            if (!column.IsNull(row) && !keys.IsNull(row))
            {
                take(column, row);
            }
        }
    }

    /// <summary>The column of an action kind, or null.</summary>
    internal static StructArray? Column(RecordBatch batch, string name)
    {
        int index = batch.Schema.GetFieldIndex(name);
        return index < 0 ? null : batch.Column(index) as StructArray;
    }

    private static string? Text(StructArray array, string field, int row) => ArrowCells.Text(ArrowCells.Field(array, field), row);

    private static long? Number(StructArray array, string field, int row) => ArrowCells.Number(ArrowCells.Field(array, field), row);

    private static InvalidDataException Missing(string field) => new($"The required field {field} is missing.");
}
