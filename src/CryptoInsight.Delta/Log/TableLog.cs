using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Log;

/// <summary>The log of one table as this process knows it: the newest snapshot, the last commits, and how to learn of newer ones.</summary>
/// <remarks>Following costs one read per new version and no listing. Publishing is monotonic: the snapshot never goes back.</remarks>
internal sealed class TableLog
{
    private const long ForwardStepsMax = 256;
    private const long KeptStepsMax = 32;
    private static readonly TimeSpan s_trustedAge = TimeSpan.FromMinutes(1);

    private readonly RecentVersions _recent = new();
    private readonly TimeProvider _clock;
    private Snapshot _current;
    private TaskCompletionSource _newer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _verifiedAt;
    private long _checkpointVersion;

    /// <param name="store">The table's store.</param>
    /// <param name="clock">Tells how long ago the log was seen.</param>
    /// <param name="snapshot">The newest snapshot.</param>
    /// <param name="lookedAt">The clock's timestamp before the snapshot was looked for.</param>
    internal TableLog(IObjectStore store, TimeProvider clock, Snapshot snapshot, long lookedAt)
    {
        Store = store;
        Loader = new SnapshotLoader(store);
        _clock = clock;
        _current = snapshot;
        _recent.Add(snapshot);
        _checkpointVersion = snapshot.CheckpointVersion;
        _verifiedAt = lookedAt;
    }

    internal IObjectStore Store { get; }

    internal SnapshotLoader Loader { get; }

    /// <summary>Guards everything that moves <see cref="Current"/>.</summary>
    internal SemaphoreSlim Gate { get; } = new(1, 1);

    internal Snapshot Current => Volatile.Read(ref _current);

    /// <summary>The newest checkpoint that this process knows of, or -1.</summary>
    internal long CheckpointVersion => Interlocked.Read(ref _checkpointVersion);

    /// <summary>Remembers a checkpoint that was written.</summary>
    internal void KnowCheckpoint(long version)
    {
        long known;
        do
        {
            known = CheckpointVersion;
        }
        while (version > known && Interlocked.CompareExchange(ref _checkpointVersion, version, known) != known);
    }

    /// <summary>Ends when this process knows of a version newer than the one given, by its own commits or a refresh of anyone.</summary>
    internal async Task<Snapshot> NewerThanAsync(long version, CancellationToken ct)
    {
        while (true)
        {
            // First the signal, then the look: a version published in between is seen by the look.
            Task signal = Volatile.Read(ref _newer).Task;
            if (Current.Version > version)
            {
                return Current;
            }

            await signal.WaitAsync(ct).ConfigureAwait(false);
        }
    }

    /// <summary>Learns of newer commits.</summary>
    internal async Task<Snapshot> RefreshAsync(CancellationToken ct)
    {
        await Gate.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            return await RefreshInsideGateAsync(ct).ConfigureAwait(false);
        }
        finally
        {
            Gate.Release();
        }
    }

    /// <summary>As <see cref="RefreshAsync"/>, for a caller that holds the gate.</summary>
    internal async Task<Snapshot> RefreshInsideGateAsync(CancellationToken ct)
    {
        if (!IsTrusted && await Store.FindAsync(LogFiles.Commit(Current.Version), ct).ConfigureAwait(false) is null)
        {
            await LoadNewestAsync(ct).ConfigureAwait(false);
        }

        while (true)
        {
            List<LogCommit> news = [];
            long asked = _clock.GetTimestamp();
            while (news.Count < ForwardStepsMax && await Loader.ReadCommitAsync(Current.Version + news.Count + 1, ct).ConfigureAwait(false) is { } next)
            {
                news.Add(next);
            }

            bool isAtEnd = news.Count < ForwardStepsMax;
            if (news.Count == 0 && IsTrusted)
            {
                return Current;
            }

            // Asked after the next version was not there: files go oldest first, so while this one is there the next was never there, and is not just cleaned.
            StoredObject? last = await Store.FindAsync(LogFiles.Commit(Current.Version + news.Count), ct).ConfigureAwait(false);
            if (news.Count > 0)
            {
                Fold(news, last?.ModifiedAt ?? _clock.GetUtcNow());
            }

            if (isAtEnd && last is not null)
            {
                Verified(asked);
                return Current;
            }

            // Cleaned meanwhile, or far behind where a checkpoint ahead is the shorter way.
            if (last is null || await LastCheckpoint.ReadAsync(Store, ct).ConfigureAwait(false) > Current.Version + ForwardStepsMax)
            {
                await LoadNewestAsync(ct).ConfigureAwait(false);
            }
        }
    }

    /// <summary>For a caller that holds the gate: makes sure that the version after <see cref="Current"/> had not been written a moment ago.</summary>
    /// <remarks>After a while without contact later versions may be there, and so old that they are cleaned at any moment: then a free name would mean nothing.</remarks>
    internal Task EnsureNewestAsync(CancellationToken ct) => IsTrusted ? Task.CompletedTask : RefreshInsideGateAsync(ct);

    // Only the last few versions become snapshots of their own: those that a follower may ask for.
    private void Fold(List<LogCommit> news, DateTimeOffset fileTime)
    {
        LogReplay replay = new(Current);
        for (int i = 0; i < news.Count; i++)
        {
            replay.Fold(news[i]);
            _recent.Add(news[i]);
            if (i == news.Count - 1 || news.Count - i <= KeptStepsMax)
            {
                // For versions in between their own stamp stands in for the file's time, which would cost a call each.
                DateTimeOffset time = i < news.Count - 1 && news[i].Facts.Timestamp is { } stamp ? DateTimeOffset.FromUnixTimeMilliseconds(stamp) : fileTime;
                Publish(replay.Build(time));
                replay = new LogReplay(Current);
            }
        }
    }

    /// <summary>Takes a commit of this process, the one after the current version, into the snapshot without reading it back.</summary>
    internal Snapshot Advance(LogCommit commit, DateTimeOffset now)
    {
        LogReplay replay = new(Current);
        replay.Fold(commit);
        _recent.Add(commit);
        Snapshot next = replay.Build(now);
        Publish(next);
        return next;
    }

    /// <summary>The commit of a version, or null if the log does not have it (any more).</summary>
    internal async Task<LogCommit?> CommitAtAsync(long version, CancellationToken ct) =>
        _recent.Commit(version) ?? await Loader.ReadCommitAsync(version, ct).ConfigureAwait(false);

    /// <summary>The snapshot of a version: kept, made from a kept one by the commits in between, or built from the log.</summary>
    internal async Task<Snapshot> SnapshotAtAsync(long version, CancellationToken ct)
    {
        if (_recent.SnapshotAtOrBefore(version) is { } start && version - start.Version <= ForwardStepsMax)
        {
            if (start.Version == version)
            {
                return start;
            }

            LogReplay replay = new(start);
            while (replay.Version < version && await CommitAtAsync(replay.Version + 1, ct).ConfigureAwait(false) is { } next)
            {
                replay.Fold(next);
            }

            if (replay.Version == version && await Store.FindAsync(LogFiles.Commit(version), ct).ConfigureAwait(false) is { } file)
            {
                return replay.Build(file.ModifiedAt);
            }
        }

        return await Loader.LoadAsync(version, ct).ConfigureAwait(false);
    }

    private async Task LoadNewestAsync(CancellationToken ct)
    {
        long asked = _clock.GetTimestamp();
        Snapshot newest = await Loader.LoadAsync(null, ct).ConfigureAwait(false);
        if (newest.Version < Current.Version)
        {
            throw new CorruptTableException($"The table at {Store.Root} went back from version {Current.Version} to {newest.Version}: it was replaced or its log was damaged. Open it again.");
        }

        Publish(newest);
        Verified(asked);
    }

    /// <summary>Whether the version after <see cref="Current"/> had not been written so lately that nobody can have written and cleaned it since.</summary>
    internal bool IsTrusted => _clock.GetElapsedTime(_verifiedAt) < s_trustedAge;

    // By the time before the look: a process may sleep between an answer and its next step.
    private void Verified(long asked) => _verifiedAt = Math.Max(_verifiedAt, asked);

    private void Publish(Snapshot snapshot)
    {
        if (snapshot.Version > Current.Version)
        {
            Volatile.Write(ref _current, snapshot);
            _recent.Add(snapshot);
            Interlocked.Exchange(ref _newer, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }
    }
}
