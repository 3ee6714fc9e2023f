using Apache.Arrow;
using Apache.Arrow.Ipc;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Store;
using ParquetSharp.Arrow;

namespace CryptoInsight.Delta.Log;

/// <summary>A checkpoint that cannot be used: an older one, or the commits themselves, must do.</summary>
internal sealed class DamagedCheckpointException(string message, Exception? inner = null) : DeltaException(message, inner);

/// <summary>Reads checkpoints of every kind: classic, multi-part, v2 as JSON or Parquet with or without sidecars, statistics as text or columns.</summary>
/// <remarks>Only the columns that the caller needs are read: a snapshot never touches tombstones, and statistics as columns only where there are none as text.
/// <b>Source</b>: PROTOCOL.md, "Checkpoints", "Checkpoint Schema".</remarks>
internal sealed class CheckpointReader(IObjectStore store, CheckpointFiles checkpoint)
{
    private readonly PartitionValuesPool _partitions = new();

    /// <summary>Folds the checkpoint into an empty replay.</summary>
    internal async Task FoldAsync(LogReplay replay, CancellationToken ct)
    {
        LogCommit other = await ReadAsync(Wanted.State, replay.FoldCheckpointFile, null, ct).ConfigureAwait(false);
        replay.FoldCheckpoint(other);
        if (!replay.IsComplete)
        {
            throw Damaged("it lacks the protocol or metaData action", null);
        }
    }

    /// <summary>Reads the tombstones.</summary>
    internal Task ReadTombstonesAsync(Action<RemoveFile> take, CancellationToken ct) => ReadAsync(Wanted.Tombstones, null, take, ct);

    /// <summary>The store keys of the sidecars that the checkpoint points to.</summary>
    internal async Task<IReadOnlyList<string>> SidecarKeysAsync(CancellationToken ct)
    {
        LogCommit actions = new(checkpoint.Version);
        foreach (StoredObject part in checkpoint.Parts)
        {
            byte[] bytes = await store.ReadAsync(part.Key, ct).ConfigureAwait(false);
            await ReadPartAsync(bytes, actions, Wanted.Sidecars, null, null, ct).ConfigureAwait(false);
        }

        return [.. actions.Sidecars.Select(s => LogFiles.Sidecars + SidecarName(s.Path))];
    }

    private static string SidecarName(string path)
    {
        string decoded = Uri.UnescapeDataString(path);
        return decoded[(decoded.LastIndexOf('/') + 1)..];
    }

    private async Task<LogCommit> ReadAsync(Wanted wanted, Action<AddFile>? takeFile, Action<RemoveFile>? takeTombstone, CancellationToken ct)
    {
        LogCommit actions = new(checkpoint.Version);
        foreach (StoredObject part in checkpoint.Parts)
        {
            byte[] bytes = await store.ReadAsync(part.Key, ct).ConfigureAwait(false);
            await ReadPartAsync(bytes, actions, wanted, takeFile, takeTombstone, ct).ConfigureAwait(false);
        }

        foreach (Sidecar sidecar in actions.Sidecars)
        {
            byte[] bytes;
            try
            {
                bytes = await store.ReadAsync(LogFiles.Sidecars + SidecarName(sidecar.Path), ct).ConfigureAwait(false);
            }
            catch (ObjectNotFoundException e)
            {
                throw Damaged("a sidecar is missing", e);
            }

            await Guarded(() => ReadParquetAsync(bytes, actions, wanted & ~Wanted.Sidecars, takeFile, takeTombstone, ct)).ConfigureAwait(false);
        }

        return actions;
    }

    private Task ReadPartAsync(byte[] bytes, LogCommit actions, Wanted wanted, Action<AddFile>? takeFile, Action<RemoveFile>? takeTombstone, CancellationToken ct)
    {
        if (checkpoint.Kind == CheckpointKind.Parquet)
        {
            return Guarded(() => ReadParquetAsync(bytes, actions, wanted, takeFile, takeTombstone, ct));
        }

        LogCommit manifest;
        try
        {
            manifest = LogCommitReader.Parse(bytes, checkpoint.Version, store.Root);
        }
        catch (CorruptTableException e)
        {
            throw Damaged("its manifest is unreadable", e);
        }

        manifest.Adds.ForEach(a => takeFile?.Invoke(a));
        manifest.Removes.ForEach(r => takeTombstone?.Invoke(r));
        actions.Protocol = manifest.Protocol;
        actions.Metadata = manifest.Metadata;
        actions.Transactions.AddRange(manifest.Transactions);
        actions.Domains.AddRange(manifest.Domains);
        actions.Sidecars.AddRange(manifest.Sidecars);
        return Task.CompletedTask;
    }

    // The bytes are in memory, so whatever the decoder throws here (its own exceptions, overflows, casts, bad offsets) means that they are no checkpoint.
    private async Task Guarded(Func<Task> read)
    {
        try
        {
            await read().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException or DamagedCheckpointException))
        {
            throw Damaged("it cannot be decoded", e);
        }
    }

    private DamagedCheckpointException Damaged(string why, Exception? inner) =>
        new($"The checkpoint of version {checkpoint.Version} of the table at {store.Root} is damaged: {why}.", inner);

    private async Task ReadParquetAsync(byte[] bytes, LogCommit actions, Wanted wanted, Action<AddFile>? takeFile, Action<RemoveFile>? takeTombstone, CancellationToken ct)
    {
        bool lacksStats = await ReadColumnsAsync(bytes, c => IsWanted(c, wanted), async batches =>
        {
            bool lacking = false;
            while (await batches.ReadNextRecordBatchAsync(ct).ConfigureAwait(false) is { } batch)
            {
                using (batch)
                {
                    CheckpointActions.Read(batch, actions);
                    CheckpointActions.ReadTombstones(batch, takeTombstone);
                    if (takeFile is not null && CheckpointActions.Column(batch, "add") is { } adds)
                    {
                        lacking |= ReadFiles(adds, ArrowCells.Field(adds, "stats") is { } text ? StatsColumn.FromText(text) : null, takeFile);
                    }
                }
            }

            return lacking;
        }).ConfigureAwait(false);
        if (takeFile is not null && lacksStats)
        {
            await ReadStructStatsAsync(bytes, takeFile, ct).ConfigureAwait(false);
        }
    }

    // Second pass, for checkpoints that keep statistics only as columns: those files are folded once more, with their statistics.
    private Task<bool> ReadStructStatsAsync(byte[] bytes, Action<AddFile> takeFile, CancellationToken ct) =>
        ReadColumnsAsync(bytes, static c => (IsWanted(c, Wanted.State) && c.StartsWith("add.", StringComparison.Ordinal)) || c.StartsWith("add.stats_parsed.", StringComparison.Ordinal), async batches =>
        {
            while (await batches.ReadNextRecordBatchAsync(ct).ConfigureAwait(false) is { } batch)
            {
                using (batch)
                {
                    if (CheckpointActions.Column(batch, "add") is { } adds && ArrowCells.Field(adds, "stats_parsed") is StructArray parsed)
                    {
                        StatsColumn? text = ArrowCells.Field(adds, "stats") is { } column ? StatsColumn.FromText(column) : null;
                        ReadFiles(adds, text is null || text.IsEmpty ? StatsColumn.FromStruct(parsed) : text, takeFile);
                    }
                }
            }

            return true;
        });

    private static async Task<bool> ReadColumnsAsync(byte[] bytes, Func<string, bool> wanted, Func<IArrowArrayStream, Task<bool>> read)
    {
        using MemoryStream stream = new(bytes, writable: false);
        using ArrowReaderProperties properties = ArrowReaderProperties.GetDefault();
        properties.UseThreads = true;

        // See Data/ParquetFileReader: native read-ahead threads may drop the file after its managed side is gone, which ends the process.
        properties.PreBuffer = false;
        using FileReader file = new(stream, null, properties, leaveOpen: true);
        ParquetSharp.SchemaDescriptor schema = file.ParquetReader.FileMetaData.Schema;
        List<int> columns = [];
        for (int i = 0; i < schema.NumColumns; i++)
        {
            if (wanted(schema.Column(i).Path.ToDotString()))
            {
                columns.Add(i);
            }
        }

        if (columns.Count == 0)
        {
            return false;
        }

        using IArrowArrayStream batches = file.GetRecordBatchReader(null, [.. columns]);
        return await read(batches).ConfigureAwait(false);
    }

    private static bool IsWanted(string column, Wanted wanted)
    {
        ReadOnlySpan<char> action = column.AsSpan(0, Math.Max(0, column.IndexOf('.', StringComparison.Ordinal)));
        return action switch
        {
            "add" => wanted.HasFlag(Wanted.Files) && !column.StartsWith("add.stats_parsed.", StringComparison.Ordinal) && !column.StartsWith("add.partitionValues_parsed.", StringComparison.Ordinal),
            "remove" => wanted.HasFlag(Wanted.Removes),
            "sidecar" => wanted.HasFlag(Wanted.Sidecars) && (column is "sidecar.path" or "sidecar.sizeInBytes"),
            "txn" or "protocol" or "metaData" or "domainMetadata" => wanted.HasFlag(Wanted.Others),
            _ => false,
        };
    }

    private bool ReadFiles(StructArray adds, StatsColumn? stats, Action<AddFile> take)
    {
        IArrowArray path = ArrowCells.Field(adds, "path") ?? throw new InvalidDataException("add.path is missing.");
        IArrowArray? partitions = ArrowCells.Field(adds, "partitionValues"), size = ArrowCells.Field(adds, "size"), time = ArrowCells.Field(adds, "modificationTime"), change = ArrowCells.Field(adds, "dataChange");
        IArrowArray? tags = ArrowCells.Field(adds, "tags"), baseRowId = ArrowCells.Field(adds, "baseRowId"), rowVersion = ArrowCells.Field(adds, "defaultRowCommitVersion"), clustering = ArrowCells.Field(adds, "clusteringProvider");
        StructArray? vectors = ArrowCells.Field(adds, "deletionVector") as StructArray;
        bool lacksStats = false;
        for (int row = 0; row < adds.Length; row++)
        {
            if (adds.IsNull(row) || path.IsNull(row))
            {
                continue;
            }

            DeferredText? text = stats?.At(row);
            lacksStats |= text is null;
            take(new AddFile(ArrowCells.Text(path, row)!, _partitions.Get(partitions, row), ArrowCells.Number(size, row) ?? 0, ArrowCells.Number(time, row) ?? 0, ArrowCells.Flag(change, row) ?? false)
            {
                DeferredStats = text,
                Tags = ArrowCells.Map(tags, row),
                DeletionVector = CheckpointActions.Vector(vectors, row),
                BaseRowId = ArrowCells.Number(baseRowId, row),
                DefaultRowCommitVersion = ArrowCells.Number(rowVersion, row),
                ClusteringProvider = ArrowCells.Text(clustering, row),
            });
        }

        return lacksStats;
    }

    [Flags]
    private enum Wanted
    {
        Files = 1,
        Others = 2,
        Removes = 4,
        Sidecars = 8,
        State = Files | Others | Sidecars,
        Tombstones = Removes | Sidecars,
    }
}
