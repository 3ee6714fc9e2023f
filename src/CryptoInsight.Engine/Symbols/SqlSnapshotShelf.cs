using Akka.Actor;
using Akka.Event;
using Akka.Persistence;

namespace CryptoInsight.Engine.Symbols;

/// <summary>Snapshots in the snapshot store of Akka.Persistence (SQLite or PostgreSQL), without a journal: the journal of this system is the lake.</summary>
/// <remarks>A store that does not answer in time is not asked again by this process: the tables are there, and waiting for a cache would be slower than doing without.</remarks>
public sealed class SqlSnapshotShelf(ActorSystem system, int everyVersions, TimeSpan patience, TimeProvider clock) : ISnapshotShelf
{
    /// <summary>Always the same, so that a snapshot replaces the one before.</summary>
    private const long SequenceNumber = 1;

    private readonly IActorRef _store = Persistence.Instance.Apply(system).SnapshotStoreFor("akka.persistence.snapshot-store.sql");
    private volatile bool _isSilent;

    public int EveryVersions => everyVersions;

    public async Task<object?> FindAsync(string name)
    {
        if (_isSilent)
        {
            return null;
        }

        try
        {
            object answer = await _store.Ask<object>(new LoadSnapshot(name, SnapshotSelectionCriteria.Latest, long.MaxValue), patience).ConfigureAwait(false);
            return (answer as LoadSnapshotResult)?.Snapshot?.Snapshot;
        }
        catch (AskTimeoutException)
        {
            if (!_isSilent)
            {
                _isSilent = true;
                system.Log.Warning("The snapshot store does not answer within {0}; states are read from the tables, which only takes longer.", patience);
            }

            return null;
        }
    }

    public void Put(string name, object snapshot)
    {
        if (!_isSilent)
        {
            _store.Tell(new SaveSnapshot(new SnapshotMetadata(name, SequenceNumber, clock.GetUtcNow().UtcDateTime), snapshot), ActorRefs.NoSender);
        }
    }
}
