namespace CryptoInsight.Delta.Log;

/// <summary>Keeps the log short beside the commits: checkpoints at the table's interval, then cleanup.</summary>
/// <remarks>Never on the path of a commit (unless told to, for simulations) and never its failure: a checkpoint that fails is tried again after the next commit.</remarks>
internal sealed class LogUpkeep(TableLog log, DeltaTableOptions options, TableReaders readers)
{
    private static readonly TimeSpan s_cleanupEvery = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private Task _running = Task.CompletedTask;
    private DateTimeOffset _cleanedAt = DateTimeOffset.MinValue;

    /// <summary>Ends when what was begun has ended.</summary>
    internal Task WhenIdle
    {
        get
        {
            lock (_gate)
            {
                return _running;
            }
        }
    }

    /// <summary>What the last run failed with, or null if it went well.</summary>
    internal Exception? Fault { get; private set; }

    /// <summary>Called after every commit of this process.</summary>
    internal Task AfterCommitAsync()
    {
        Snapshot snapshot = log.Current;
        if (options.Upkeep == LogUpkeepMode.Off || snapshot.Version - Math.Max(log.CheckpointVersion, 0) < TableProperties.CheckpointInterval(snapshot.Metadata))
        {
            return Task.CompletedTask;
        }

        if (options.Upkeep == LogUpkeepMode.Inline)
        {
            return RunAsync(snapshot);
        }

        lock (_gate)
        {
            if (_running.IsCompleted)
            {
                _running = Task.Run(() => RunAsync(snapshot));
            }
        }

        return Task.CompletedTask;
    }

    private async Task RunAsync(Snapshot snapshot)
    {
        try
        {
            Fault = null;
            await new CheckpointWriter(log, options.Clock).WriteAsync(snapshot, CancellationToken.None).ConfigureAwait(false);
            DateTimeOffset now = options.Clock.GetUtcNow();
            if (TableProperties.LogCleanup(snapshot.Metadata) && now - _cleanedAt >= s_cleanupEvery)
            {
                _cleanedAt = now;
                await new LogCleanup(log, options.Clock).RunAsync(await readers.NeededFromAsync(CancellationToken.None).ConfigureAwait(false), CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The edge of a background task: the commits are safe without it, and its owner is told.
            Fault = e;
            options.OnUpkeepFault?.Invoke(e);
        }
    }
}
