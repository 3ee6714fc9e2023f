using Akka.Actor;
using Akka.Event;
using Akka.Persistence;

namespace CryptoInsight.Engine.Symbols;

/// <summary>Snapshots in the snapshot store of Akka.Persistence (SQLite or PostgreSQL), without a journal: the journal of this system is the lake.</summary>
/// <remarks>One request at a time: SQLite's driver takes the write lock for reads too, and a thousand at once would sleep on it in as many threads of the pool.
/// A store that does not answer in time is left alone for a while: the tables are there, and waiting for a cache would be slower than doing without.</remarks>
public sealed class SqlSnapshotShelf(ActorSystem system, int everyVersions, TimeSpan patience, TimeProvider clock) : ISnapshotShelf
{
    /// <summary>Always the same, so that a snapshot replaces the one before.</summary>
    private const long SequenceNumber = 1;

    private static readonly TimeSpan s_leftAlone = TimeSpan.FromMinutes(1);

    private readonly IActorRef _store = Persistence.Instance.Apply(system).SnapshotStoreFor("akka.persistence.snapshot-store.sql");
    private readonly Lock _gate = new();
    private Task<object?> _last = Task.FromResult<object?>(null);
    private long _askAgainAt;

    public int EveryVersions => everyVersions;

    public async Task<object?> FindAsync(string name) =>
        (await InTurn(new LoadSnapshot(name, SnapshotSelectionCriteria.Latest, long.MaxValue)).ConfigureAwait(false) as LoadSnapshotResult)?.Snapshot?.Snapshot;

    public void Put(string name, object snapshot) =>
        _ = InTurn(new SaveSnapshot(new SnapshotMetadata(name, SequenceNumber, clock.GetUtcNow().UtcDateTime), snapshot));

    private Task<object?> InTurn(object request)
    {
        lock (_gate)
        {
            return _last = AfterAsync(_last, request);
        }
    }

    private async Task<object?> AfterAsync(Task<object?> before, object request)
    {
        await before.ConfigureAwait(false);
        long now = clock.GetUtcNow().Ticks;
        if (now < Volatile.Read(ref _askAgainAt))
        {
            return null;
        }

        try
        {
            return await _store.Ask<object>(request, patience).ConfigureAwait(false);
        }
        catch (Exception silent) when (silent is AskTimeoutException or OperationCanceledException)
        {
            Volatile.Write(ref _askAgainAt, now + s_leftAlone.Ticks);
            system.Log.Warning("The snapshot store does not answer within {0}; states are read from the tables, which only takes longer.", patience);
            return null;
        }
    }
}
