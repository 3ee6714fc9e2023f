namespace CryptoInsight.Delta.Log;

/// <summary>The last commits and snapshots of a table: what followers, fences and short time travel ask for again and again.</summary>
/// <remarks>Snapshots share all but their changes, so keeping a few costs little. Bounded by versions and by file actions.</remarks>
internal sealed class RecentVersions
{
    private const int SnapshotsMax = 32;
    private const int CommitsMax = 512;
    private const int ActionsMax = 200_000;

    private readonly Lock _gate = new();
    private readonly Queue<LogCommit> _order = new();
    private readonly Dictionary<long, LogCommit> _commits = [];
    private readonly Queue<Snapshot> _snapshots = new();
    private int _actions;

    /// <summary>Keeps a commit, and lets the oldest go when there are too many.</summary>
    internal void Add(LogCommit commit)
    {
        lock (_gate)
        {
            if (!_commits.TryAdd(commit.Version, commit))
            {
                return;
            }

            _order.Enqueue(commit);
            _actions += commit.ActionCount;
            while (_order.Count > 1 && (_order.Count > CommitsMax || _actions > ActionsMax))
            {
                LogCommit oldest = _order.Dequeue();
                _commits.Remove(oldest.Version);
                _actions -= oldest.ActionCount;
            }
        }
    }

    /// <summary>Keeps a snapshot.</summary>
    internal void Add(Snapshot snapshot)
    {
        lock (_gate)
        {
            _snapshots.Enqueue(snapshot);
            if (_snapshots.Count > SnapshotsMax)
            {
                _snapshots.Dequeue();
            }
        }
    }

    /// <summary>The commit of a version, or null.</summary>
    internal LogCommit? Commit(long version)
    {
        lock (_gate)
        {
            return _commits.GetValueOrDefault(version);
        }
    }

    /// <summary>The newest kept snapshot that is not newer than a version, or null.</summary>
    internal Snapshot? SnapshotAtOrBefore(long version)
    {
        lock (_gate)
        {
            Snapshot? best = null;
            foreach (Snapshot snapshot in _snapshots)
            {
                if (snapshot.Version <= version && snapshot.Version >= (best?.Version ?? -1))
                {
                    best = snapshot;
                }
            }

            return best;
        }
    }
}
