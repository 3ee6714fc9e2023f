using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Log;

/// <summary>The log of one table as this process knows it: the newest snapshot, the last commits, and how to learn of newer ones.</summary>
/// <remarks>Following costs one read per new version and no listing. Publishing is monotonic: the snapshot never goes back.</remarks>
internal sealed class TableLog
{
    private const int RecentCommitsMax = 256;
    private static readonly TimeSpan s_trustedAge = TimeSpan.FromMinutes(1);

    private readonly Lock _recentGate = new();
    private readonly Dictionary<long, LogCommit> _recent = [];
    private readonly TimeProvider _clock;
    private Snapshot _current;
    private long _verifiedAt;
    private long _checkpointVersion;

    internal TableLog(IObjectStore store, TimeProvider clock, Snapshot snapshot)
    {
        Store = store;
        Loader = new SnapshotLoader(store);
        _clock = clock;
        _current = snapshot;
        _checkpointVersion = snapshot.CheckpointVersion;
        _verifiedAt = clock.GetTimestamp();
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
        await EnsureCurrentIsInLogAsync(ct).ConfigureAwait(false);
        LogReplay? replay = null;
        while (await Loader.ReadCommitAsync((replay?.Version ?? Current.Version) + 1, ct).ConfigureAwait(false) is { } next)
        {
            replay ??= new LogReplay(Current);
            replay.Fold(next);
            Remember(next);
        }

        if (replay is not null)
        {
            DateTimeOffset fileTime = (await Store.FindAsync(LogFiles.Commit(replay.Version), ct).ConfigureAwait(false))?.ModifiedAt ?? _clock.GetUtcNow();
            Publish(replay.Build(fileTime));
        }

        return Current;
    }

    /// <summary>Takes a commit of this process, the one after the current version, into the snapshot without reading it back.</summary>
    internal Snapshot Advance(LogCommit commit, DateTimeOffset now)
    {
        LogReplay replay = new(Current);
        replay.Fold(commit);
        Remember(commit);
        Snapshot next = replay.Build(now);
        Publish(next);
        return next;
    }

    /// <summary>The commit of a version, or null if the log does not have it (any more).</summary>
    internal async Task<LogCommit?> CommitAtAsync(long version, CancellationToken ct)
    {
        lock (_recentGate)
        {
            if (_recent.TryGetValue(version, out LogCommit? known))
            {
                return known;
            }
        }

        return await Loader.ReadCommitAsync(version, ct).ConfigureAwait(false);
    }

    /// <summary>After a while without contact the log behind this snapshot may have been cleaned, and "no next version" (or a free name for it) would mean nothing.</summary>
    internal async Task EnsureCurrentIsInLogAsync(CancellationToken ct)
    {
        if (_clock.GetElapsedTime(_verifiedAt) < s_trustedAge)
        {
            return;
        }

        if (await Store.FindAsync(LogFiles.Commit(Current.Version), ct).ConfigureAwait(false) is null)
        {
            Snapshot newest = await Loader.LoadAsync(null, ct).ConfigureAwait(false);
            if (newest.Version < Current.Version)
            {
                throw new CorruptTableException($"The table at {Store.Root} went back from version {Current.Version} to {newest.Version}: it was replaced or its log was damaged. Open it again.");
            }

            Publish(newest);
        }

        _verifiedAt = _clock.GetTimestamp();
    }

    private void Publish(Snapshot snapshot)
    {
        if (snapshot.Version > Current.Version)
        {
            Volatile.Write(ref _current, snapshot);
        }

        _verifiedAt = _clock.GetTimestamp();
    }

    private void Remember(LogCommit commit)
    {
        lock (_recentGate)
        {
            _recent[commit.Version] = commit;
            _recent.Remove(commit.Version - RecentCommitsMax);
        }
    }
}
