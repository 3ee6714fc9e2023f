using Apache.Arrow;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Log;

/// <summary>A checkpoint that cannot be used: an older one, or the commits themselves, must do.</summary>
internal sealed class DamagedCheckpointException(string message, Exception? inner = null) : DeltaException(message, inner);

/// <summary>Reads checkpoints of every kind: classic, multi-part, v2 as JSON or Parquet with or without sidecars, statistics as text or columns.</summary>
/// <remarks>Only the columns that the caller needs are read: a snapshot never touches tombstones, and statistics as columns only where there are none as text.
/// <b>Source</b>: PROTOCOL.md, "Checkpoints", "Checkpoint Schema".</remarks>
internal sealed class CheckpointReader(IObjectStore store, CheckpointFiles checkpoint)
{
    private readonly PartitionValuesPool _partitions = new();
    private Action<int>? _expectFiles;

    /// <summary>Folds the checkpoint into an empty replay.</summary>
    internal async Task FoldAsync(LogReplay replay, CancellationToken ct)
    {
        _expectFiles = replay.ExpectCheckpointFiles;
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
            ReadPart(bytes, actions, Wanted.Sidecars, null, null, ct);
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
            ReadPart(bytes, actions, wanted, takeFile, takeTombstone, ct);
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

            Guarded(() => ReadParquet(bytes, actions, wanted & ~Wanted.Sidecars, takeFile, takeTombstone, ct));
        }

        return actions;
    }

    private void ReadPart(byte[] bytes, LogCommit actions, Wanted wanted, Action<AddFile>? takeFile, Action<RemoveFile>? takeTombstone, CancellationToken ct)
    {
        if (checkpoint.Kind == CheckpointKind.Parquet)
        {
            Guarded(() => ReadParquet(bytes, actions, wanted, takeFile, takeTombstone, ct));
            return;
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
    }

    // The bytes are in memory, so whatever the decoder throws here (its own exceptions, overflows, casts, bad offsets) means that they are no checkpoint.
    private void Guarded(Action read)
    {
        try
        {
            read();
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException or DamagedCheckpointException))
        {
            throw Damaged("it cannot be decoded", e);
        }
    }

    private DamagedCheckpointException Damaged(string why, Exception? inner) =>
        new($"The checkpoint of version {checkpoint.Version} of the table at {store.Root} is damaged: {why}.", inner);

    private void ReadParquet(byte[] bytes, LogCommit actions, Wanted wanted, Action<AddFile>? takeFile, Action<RemoveFile>? takeTombstone, CancellationToken ct)
    {
        CheckpointStats stats = new(bytes);
        int row = 0;
        foreach (RecordBatch batch in CheckpointParquet.Read(bytes, c => IsWanted(c, wanted)))
        {
            ct.ThrowIfCancellationRequested();
            CheckpointActions.Read(batch, actions);
            CheckpointActions.ReadTombstones(batch, takeTombstone);
            if (takeFile is not null && CheckpointActions.Column(batch, "add") is { } adds)
            {
                _expectFiles?.Invoke(adds.Length - adds.NullCount);
                ReadFiles(adds, stats, row, takeFile);
            }

            row += batch.Length;
        }
    }

    private static bool IsWanted(string column, Wanted wanted)
    {
        ReadOnlySpan<char> action = column.AsSpan(0, Math.Max(0, column.IndexOf('.', StringComparison.Ordinal)));
        return action switch
        {
            "add" => wanted.HasFlag(Wanted.Files) && column != CheckpointStats.TextColumn && !column.StartsWith(CheckpointStats.StructColumns, StringComparison.Ordinal) && !column.StartsWith("add.partitionValues_parsed.", StringComparison.Ordinal),
            "remove" => wanted.HasFlag(Wanted.Removes),
            "sidecar" => wanted.HasFlag(Wanted.Sidecars) && (column is "sidecar.path" or "sidecar.sizeInBytes"),
            "txn" or "protocol" or "metaData" or "domainMetadata" => wanted.HasFlag(Wanted.Others),
            _ => false,
        };
    }

    private void ReadFiles(StructArray adds, CheckpointStats stats, int firstRow, Action<AddFile> take)
    {
        if (ArrowCells.Field(adds, "path") is not { } pathColumn)
        {
            return;
        }

        int rows = adds.Length;
        string?[] path = ArrowCells.AllTexts(pathColumn);
        IReadOnlyDictionary<string, string?>[] partitions = _partitions.Get(ArrowCells.Field(adds, "partitionValues"), rows);
        long[] size = ArrowCells.AllNumbers(ArrowCells.Field(adds, "size"), rows, 0), time = ArrowCells.AllNumbers(ArrowCells.Field(adds, "modificationTime"), rows, 0);
        IArrowArray? tags = ArrowCells.Field(adds, "tags"), baseRowId = ArrowCells.Field(adds, "baseRowId"), rowVersion = ArrowCells.Field(adds, "defaultRowCommitVersion"), clustering = ArrowCells.Field(adds, "clusteringProvider");
        StructArray? vectors = ArrowCells.Field(adds, "deletionVector") as StructArray;
        for (int row = 0; row < rows; row++)
        {
            if (path[row] is { } name)
            {
                // Files of a checkpoint were added by other commits: here they change nothing.
                take(new AddFile(name, partitions[row], size[row], time[row], DataChange: false)
                {
                    StatsIn = (stats, firstRow + row),
                    Tags = ArrowCells.Map(tags, row),
                    DeletionVector = CheckpointActions.Vector(vectors, row),
                    BaseRowId = ArrowCells.Number(baseRowId, row),
                    DefaultRowCommitVersion = ArrowCells.Number(rowVersion, row),
                    ClusteringProvider = ArrowCells.Text(clustering, row),
                });
            }
        }
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
