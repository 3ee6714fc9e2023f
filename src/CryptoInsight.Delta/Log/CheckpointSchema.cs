using Apache.Arrow;
using Apache.Arrow.Types;
using CryptoInsight.Delta.Actions;
using ArrowStruct = Apache.Arrow.Types.StructType;

namespace CryptoInsight.Delta.Log;

/// <summary>The columns of a classic checkpoint, and how actions become their rows.</summary>
/// <remarks>Every batch has all columns; a row fills exactly one. <b>Source</b>: PROTOCOL.md, "Checkpoint Schema".</remarks>
internal sealed class CheckpointSchema
{
    private static readonly MapType s_map = new(new Field("key", StringType.Default, false), new Field("value", StringType.Default, true));
    private static readonly ListType s_list = new(new Field("element", StringType.Default, true));

    private static readonly ArrowStruct s_vector = Struct(
        ("storageType", StringType.Default), ("pathOrInlineDv", StringType.Default), ("offset", Int32Type.Default), ("sizeInBytes", Int32Type.Default), ("cardinality", Int64Type.Default));

    private static readonly ArrowStruct s_add = Struct(
        ("path", StringType.Default), ("partitionValues", s_map), ("size", Int64Type.Default), ("modificationTime", Int64Type.Default), ("dataChange", BooleanType.Default), ("stats", StringType.Default),
        ("tags", s_map), ("deletionVector", s_vector), ("baseRowId", Int64Type.Default), ("defaultRowCommitVersion", Int64Type.Default), ("clusteringProvider", StringType.Default));

    private static readonly ArrowStruct s_remove = Struct(
        ("path", StringType.Default), ("deletionTimestamp", Int64Type.Default), ("dataChange", BooleanType.Default), ("extendedFileMetadata", BooleanType.Default), ("partitionValues", s_map),
        ("size", Int64Type.Default), ("deletionVector", s_vector), ("baseRowId", Int64Type.Default), ("defaultRowCommitVersion", Int64Type.Default));

    private static readonly ArrowStruct s_txn = Struct(("appId", StringType.Default), ("version", Int64Type.Default), ("lastUpdated", Int64Type.Default));

    private static readonly ArrowStruct s_domain = Struct(("domain", StringType.Default), ("configuration", StringType.Default), ("removed", BooleanType.Default));

    private static readonly ArrowStruct s_protocol = Struct(
        ("minReaderVersion", Int32Type.Default), ("minWriterVersion", Int32Type.Default), ("readerFeatures", s_list), ("writerFeatures", s_list));

    private static readonly ArrowStruct s_format = Struct(("provider", StringType.Default), ("options", s_map));

    private static readonly ArrowStruct s_metadata = Struct(
        ("id", StringType.Default), ("name", StringType.Default), ("description", StringType.Default), ("format", s_format), ("schemaString", StringType.Default),
        ("partitionColumns", s_list), ("configuration", s_map), ("createdTime", Int64Type.Default));

    private readonly ArrowStruct _add;
    private readonly bool _statsAsJson;
    private readonly CheckpointStatsColumns? _typed;

    /// <summary>The schema of a table's checkpoints, statistics as its properties ask for.</summary>
    internal CheckpointSchema(Snapshot snapshot)
    {
        _statsAsJson = TableProperties.StatsAsJson(snapshot.Metadata);
        _typed = TableProperties.StatsAsStruct(snapshot.Metadata) ? new CheckpointStatsColumns(snapshot) : null;
        _add = _typed is null ? s_add : new ArrowStruct([.. s_add.Fields, .. _typed.Fields]);
        Schema = new Apache.Arrow.Schema(
            [new Field("txn", s_txn, true), new Field("add", _add, true), new Field("remove", s_remove, true), new Field("metaData", s_metadata, true), new Field("protocol", s_protocol, true), new Field("domainMetadata", s_domain, true)], null);
    }

    /// <summary>The columns.</summary>
    internal Apache.Arrow.Schema Schema { get; }

    /// <summary>Rows of live files.</summary>
    internal RecordBatch Files(ReadOnlySpan<AddFile> files)
    {
        AddFile[] rows = files.ToArray();
        return Batch("add", rows.Length, new StructArray(_add, rows.Length, [
            Texts(rows, static f => f.Path),
            Maps(rows, static f => f.PartitionValues),
            Longs(rows, static f => f.Size),
            Longs(rows, static f => f.ModificationTime),
            Flags(rows, static _ => false),
            _statsAsJson ? Stats(rows) : Data.FilledArrays.Nulls(StringType.Default, rows.Length),
            Maps(rows, static f => f.Tags),
            Vectors(rows, static f => f.DeletionVector),
            Longs(rows, static f => f.BaseRowId),
            Longs(rows, static f => f.DefaultRowCommitVersion),
            Texts(rows, static f => f.ClusteringProvider),
            .. _typed?.Values(rows) ?? [],
        ], ArrowBuffer.Empty, 0));
    }

    /// <summary>Rows of tombstones.</summary>
    internal RecordBatch Tombstones(ReadOnlySpan<RemoveFile> removes)
    {
        RemoveFile[] rows = removes.ToArray();
        return Batch("remove", rows.Length, Rows(s_remove, rows.Length,
            Texts(rows, static r => r.Path),
            Longs(rows, static r => r.DeletionTimestamp),
            Flags(rows, static _ => false),
            Flags(rows, static r => r.ExtendedFileMetadata),
            Maps(rows, static r => r.PartitionValues),
            Longs(rows, static r => r.Size),
            Vectors(rows, static r => r.DeletionVector),
            Longs(rows, static r => r.BaseRowId),
            Longs(rows, static r => r.DefaultRowCommitVersion)));
    }

    /// <summary>Rows of positions.</summary>
    internal RecordBatch Transactions(AppTransaction[] rows) =>
        Batch("txn", rows.Length, Rows(s_txn, rows.Length, Texts(rows, static t => t.AppId), Longs(rows, static t => t.Version), Longs(rows, static t => t.LastUpdated)));

    /// <summary>Rows of domains.</summary>
    internal RecordBatch Domains(DomainMetadata[] rows) =>
        Batch("domainMetadata", rows.Length, Rows(s_domain, rows.Length, Texts(rows, static d => d.Domain), Texts(rows, static d => d.Configuration), Flags(rows, static d => d.Removed)));

    /// <summary>The row of the protocol. Feature lists are there exactly where the versions demand them.</summary>
    internal RecordBatch Protocol(Protocol protocol)
    {
        Protocol[] rows = [protocol];
        return Batch("protocol", 1, Rows(s_protocol, 1,
            Ints(rows, static p => p.MinReaderVersion),
            Ints(rows, static p => p.MinWriterVersion),
            Lists(rows, static p => p.MinReaderVersion >= 3 ? p.ReaderFeatures : null),
            Lists(rows, static p => p.MinWriterVersion >= 7 ? p.WriterFeatures : null)));
    }

    /// <summary>The row of the metadata.</summary>
    internal RecordBatch Metadata(Metadata metadata)
    {
        Metadata[] rows = [metadata];
        StructArray format = Rows(s_format, 1, Texts(rows, static m => m.Provider), Maps(rows, static m => m.FormatOptions!));
        return Batch("metaData", 1, Rows(s_metadata, 1,
            Texts(rows, static m => m.Id),
            Texts(rows, static m => m.Name),
            Texts(rows, static m => m.Description),
            format,
            Texts(rows, static m => m.SchemaString),
            Lists(rows, static m => m.PartitionColumns),
            Maps(rows, static m => m.Configuration!),
            Longs(rows, static m => m.CreatedTime)));
    }

    private static ArrowStruct Struct(params (string Name, IArrowType Type)[] fields) => new([.. fields.Select(static f => new Field(f.Name, f.Type, true))]);

    private RecordBatch Batch(string column, int length, StructArray rows) =>
        new(Schema, Schema.FieldsList.Select(f => f.Name == column ? rows : Data.FilledArrays.Nulls(f.DataType, length)), length);

    private static StructArray Rows(ArrowStruct type, int length, params IArrowArray[] fields) => new(type, length, fields, ArrowBuffer.Empty, 0);

    private static StringArray Texts<T>(T[] rows, Func<T, string?> get)
    {
        StringArray.Builder builder = new StringArray.Builder().Reserve(rows.Length);
        foreach (T row in rows)
        {
            builder.Append(get(row));
        }

        return builder.Build();
    }

    private static StringArray Stats(AddFile[] rows)
    {
        StringArray.Builder builder = new StringArray.Builder().Reserve(rows.Length);
        foreach (AddFile row in rows)
        {
            if (row.StatsUtf8 is { IsEmpty: false } stats)
            {
                builder.Append(stats);
            }
            else
            {
                builder.AppendNull();
            }
        }

        return builder.Build();
    }

    private static Int64Array Longs<T>(T[] rows, Func<T, long?> get)
    {
        Int64Array.Builder builder = new Int64Array.Builder().Reserve(rows.Length);
        foreach (T row in rows)
        {
            builder.Append(get(row));
        }

        return builder.Build();
    }

    private static Int32Array Ints<T>(T[] rows, Func<T, int?> get)
    {
        Int32Array.Builder builder = new Int32Array.Builder().Reserve(rows.Length);
        foreach (T row in rows)
        {
            builder.Append(get(row));
        }

        return builder.Build();
    }

    private static BooleanArray Flags<T>(T[] rows, Func<T, bool?> get)
    {
        BooleanArray.Builder builder = new BooleanArray.Builder().Reserve(rows.Length);
        foreach (T row in rows)
        {
            if (get(row) is { } flag)
            {
                builder.Append(flag);
            }
            else
            {
                builder.AppendNull();
            }
        }

        return builder.Build();
    }

    private static MapArray Maps<T>(T[] rows, Func<T, IReadOnlyDictionary<string, string?>?> get)
    {
        MapArray.Builder builder = new(s_map);
        StringArray.Builder keys = (StringArray.Builder)builder.KeyBuilder;
        StringArray.Builder values = (StringArray.Builder)builder.ValueBuilder;
        foreach (T row in rows)
        {
            if (get(row) is not { } map)
            {
                builder.AppendNull();
                continue;
            }

            builder.Append();
            foreach ((string key, string? value) in map)
            {
                keys.Append(key);
                values.Append(value);
            }
        }

        return builder.Build();
    }

    private static ListArray Lists<T>(T[] rows, Func<T, IReadOnlyList<string>?> get)
    {
        ListArray.Builder builder = new(s_list.ValueField);
        StringArray.Builder values = (StringArray.Builder)builder.ValueBuilder;
        foreach (T row in rows)
        {
            if (get(row) is not { } list)
            {
                builder.AppendNull();
                continue;
            }

            builder.Append();
            foreach (string value in list)
            {
                values.Append(value);
            }
        }

        return builder.Build();
    }

    private static StructArray Vectors<T>(T[] rows, Func<T, DeletionVectorDescriptor?> get)
    {
        DeletionVectorDescriptor?[] vectors = [.. rows.Select(get)];
        ArrowBuffer.BitmapBuilder present = new(vectors.Length);
        int nulls = 0;
        foreach (DeletionVectorDescriptor? vector in vectors)
        {
            present.Append(vector is not null);
            nulls += vector is null ? 1 : 0;
        }

        return new StructArray(s_vector, vectors.Length,
            [
                Texts(vectors, static v => v?.StorageType), Texts(vectors, static v => v?.PathOrInlineDv), Ints(vectors, static v => v?.Offset), Ints(vectors, static v => v?.SizeInBytes), Longs(vectors, static v => v?.Cardinality),
            ],
            present.Build(), nulls);
    }
}
