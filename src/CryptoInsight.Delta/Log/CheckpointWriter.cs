using Apache.Arrow;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Store;
using ParquetSharp;
using ParquetSharp.Arrow;

namespace CryptoInsight.Delta.Log;

/// <summary>Writes classic checkpoints (v1 spec, one file), which every reader of Delta understands.</summary>
/// <remarks>Runs beside commits: it works on an immutable snapshot. Statistics go in as JSON, as columns, or both, as the table's properties ask.
/// <b>Source</b>: PROTOCOL.md, "Checkpoints" (classic checkpoints in the v1 spec are always allowed).</remarks>
internal sealed class CheckpointWriter(TableLog log, TimeProvider clock)
{
    private const int RowsPerBatch = 1 << 15;

    /// <summary>Writes the checkpoint of a snapshot and then the hint.</summary>
    internal async Task WriteAsync(Snapshot snapshot, CancellationToken ct)
    {
        DateTimeOffset now = clock.GetUtcNow();
        IReadOnlyCollection<RemoveFile> tombstones = await Tombstones.ReadAsync(log, snapshot, TableProperties.Before(now, TableProperties.DeletedFileRetention(snapshot.Metadata)).ToUnixTimeMilliseconds(), ct).ConfigureAwait(false);
        AppTransaction[] transactions = [.. snapshot.TransactionMap.Values.Where(t => IsKept(t, snapshot, now))];
        long bytes;
        IObjectWriter target = await log.Store.CreateAsync(LogFiles.ClassicCheckpoint(snapshot.Version), ct).ConfigureAwait(false);
        await using (target.ConfigureAwait(false))
        {
            WriteParquet(target.Stream, snapshot, transactions, tombstones, ct);
            bytes = await CompleteAsync(target, snapshot.Version, ct).ConfigureAwait(false);
        }

        log.KnowCheckpoint(snapshot.Version);
        if (bytes > 0 && !(await LastCheckpoint.ReadAsync(log.Store, ct).ConfigureAwait(false) >= snapshot.Version))
        {
            long actions = 2 + transactions.Length + snapshot.DomainMap.Count + tombstones.Count + snapshot.Files.Count;
            await LastCheckpoint.WriteAsync(log.Store, snapshot.Version, actions, bytes, snapshot.Files.Count, ct).ConfigureAwait(false);
        }
    }

    // Another process was faster: its checkpoint of this version says the same.
    private async Task<long> CompleteAsync(IObjectWriter target, long version, CancellationToken ct)
    {
        try
        {
            return await target.CompleteAsync(ct).ConfigureAwait(false);
        }
        catch (IOException)
        {
            if (await log.Store.FindAsync(LogFiles.ClassicCheckpoint(version), ct).ConfigureAwait(false) is { } present)
            {
                return present.Length;
            }

            // It was there and a cleanup took it, or the store failed; where a newer one stands nobody needs this one.
            if ((await LogFiles.ListAsync(log.Store, version + 1, ct).ConfigureAwait(false)).Checkpoints.Count > 0)
            {
                return 0;
            }

            throw;
        }
    }

    private static bool IsKept(AppTransaction txn, Snapshot snapshot, DateTimeOffset now) =>
        TableProperties.TransactionRetention(snapshot.Metadata) is not { } retention || txn.LastUpdated is not { } updated || updated > TableProperties.Before(now, retention).ToUnixTimeMilliseconds();

    private static void WriteParquet(Stream stream, Snapshot snapshot, AppTransaction[] transactions, IReadOnlyCollection<RemoveFile> tombstones, CancellationToken ct)
    {
        CheckpointSchema schema = new(snapshot);
        using WriterPropertiesBuilder properties = new WriterPropertiesBuilder().Compression(Compression.Snappy)
            .DisableDictionary("add.path").DisableDictionary("add.stats").DisableDictionary("remove.path").DisableStatistics("add.stats");
        using WriterProperties built = properties.Build();
        using FileWriter writer = new(stream, schema.Schema, built, null, leaveOpen: true);
        Write(writer, schema.Protocol(snapshot.Protocol));
        Write(writer, schema.Metadata(snapshot.Metadata));
        if (transactions.Length > 0)
        {
            Write(writer, schema.Transactions(transactions));
        }

        if (snapshot.DomainMap.Count > 0)
        {
            Write(writer, schema.Domains([.. snapshot.DomainMap.Values]));
        }

        foreach (AddFile[] files in snapshot.Files.Chunk(RowsPerBatch))
        {
            ct.ThrowIfCancellationRequested();
            Write(writer, schema.Files(files));
        }

        foreach (RemoveFile[] removes in tombstones.Chunk(RowsPerBatch))
        {
            ct.ThrowIfCancellationRequested();
            Write(writer, schema.Tombstones(removes));
        }

        writer.Close();
    }

    // Buffered: batches fill row groups together, so the few small ones do not become row groups of one row.
    private static void Write(FileWriter writer, RecordBatch batch)
    {
        using (batch)
        {
            writer.WriteBufferedRecordBatch(batch);
        }
    }
}
