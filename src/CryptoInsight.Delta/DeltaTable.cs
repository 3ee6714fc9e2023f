using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta;

/// <summary>A Delta table at one place: its newest known snapshot and the operations on it. Safe for concurrent use.</summary>
public sealed partial class DeltaTable
{
    private DamagedCommitException? _damageAtOpening;

    private DeltaTable(IObjectStore store, DeltaTableOptions options, Snapshot snapshot, long lookedAt)
    {
        Store = store;
        Options = options;
        Log = new TableLog(store, options.Clock, snapshot, lookedAt);
        Readers = new TableReaders(Log, options);
        Upkeep = new LogUpkeep(Log, options, Readers);
        Compactor = new AutoCompactor(this);
        Committer = new Committer(Log, options, AfterCommitAsync);
    }

    /// <summary>Where the table lies.</summary>
    public IObjectStore Store { get; }

    /// <summary>The newest snapshot that this object has seen.</summary>
    public Snapshot Snapshot => Log.Current;

    /// <summary>What is wrong with the log entry after <see cref="Snapshot"/>, or null. Found at opening; gone when a later version is seen.</summary>
    public DamagedCommitException? Damage => _damageAtOpening is { } damage && Snapshot.Version < damage.Version ? damage : null;

    /// <summary>Who follows the table: what they have still to read is kept.</summary>
    public TableReaders Readers { get; }

    /// <summary>What the engine takes from outside.</summary>
    internal DeltaTableOptions Options { get; }

    /// <summary>The log.</summary>
    internal TableLog Log { get; }

    /// <summary>Checkpoints and cleanup.</summary>
    internal LogUpkeep Upkeep { get; }

    /// <summary>Merges small files after commits.</summary>
    internal AutoCompactor Compactor { get; }

    /// <summary>Gives prepared commits their version.</summary>
    internal Committer Committer { get; }

    /// <summary>Makes the table as version 0; the existing one if another writer made it first and its schema is the same.</summary>
    public static async Task<DeltaTable> OpenOrCreateAsync(IObjectStore store, TableDefinition definition, DeltaTableOptions? options = null, CancellationToken ct = default)
    {
        options ??= new DeltaTableOptions();
        options = options.Encodings.Count > 0 ? options : options with { Encodings = definition.Encodings };
        if (await FindAsync(store, ct).ConfigureAwait(false) is null)
        {
            await CreateAsync(store, definition, options, ct).ConfigureAwait(false);
        }

        DeltaTable table = await OpenAsync(store, options, ct).ConfigureAwait(false);
        if (!SameShape(table.Snapshot.Schema, definition.Schema) || !table.Snapshot.Metadata.PartitionColumns.SequenceEqual(definition.PartitionColumns, StringComparer.OrdinalIgnoreCase))
        {
            throw new DeltaException($"The table at {store.Root} exists with other columns or partition columns than the ones asked for. Open it as it is, or change its schema first.");
        }

        return table;
    }

    /// <summary>As the overload with a store, for a folder on this machine.</summary>
    public static Task<DeltaTable> OpenOrCreateAsync(string folder, TableDefinition definition, DeltaTableOptions? options = null, CancellationToken ct = default) =>
        OpenOrCreateAsync(new LocalObjectStore(folder), definition, options, ct);

    /// <summary>As the overload with a store, for a folder on this machine.</summary>
    public static Task<DeltaTable> OpenAsync(string folder, DeltaTableOptions? options = null, CancellationToken ct = default) => OpenAsync(new LocalObjectStore(folder), options, ct);

    /// <summary>Opens the newest version; <see cref="TableNotFoundException"/> if there is no table.</summary>
    /// <remarks>If the last entry of the log is cut off, the newest whole version is opened for reading and <see cref="Damage"/> says so; refreshing and committing throw until that entry is mended.</remarks>
    public static async Task<DeltaTable> OpenAsync(IObjectStore store, DeltaTableOptions? options = null, CancellationToken ct = default)
    {
        options ??= new DeltaTableOptions();
        long lookedAt = options.Clock.GetTimestamp();
        (Snapshot snapshot, DamagedCommitException? damage) = await new SnapshotLoader(store).LoadNewestWholeAsync(ct).ConfigureAwait(false);
        return new(store, options, snapshot, lookedAt) { _damageAtOpening = damage };
    }

    /// <summary>Looks for newer commits; returns the newest snapshot.</summary>
    public Task<Snapshot> RefreshAsync(CancellationToken ct = default) => Log.RefreshAsync(ct);

    /// <summary>Ends when this object has seen a version newer than <paramref name="version"/>: at once after a commit through it, or when anyone refreshes it. It does not look by itself.</summary>
    public Task<Snapshot> NewerThanAsync(long version, CancellationToken ct = default) => Log.NewerThanAsync(version, ct);

    /// <summary>The snapshot of a version; <see cref="VersionNotFoundException"/> if it is not there or cannot be built any more.</summary>
    public Task<Snapshot> SnapshotAtAsync(long version, CancellationToken ct = default) =>
        version >= 0 ? Log.SnapshotAtAsync(version, ct) : Task.FromException<Snapshot>(new VersionNotFoundException($"Version {version} does not exist: versions begin at 0."));

    /// <summary>The newest snapshot committed at or before an instant; in the future: the newest; before the first version: <see cref="VersionNotFoundException"/>.</summary>
    public async Task<Snapshot> SnapshotAtAsync(DateTimeOffset instant, CancellationToken ct = default) =>
        await SnapshotAtAsync(await new CommitTimes(Log).NewestAtAsync(instant, ct).ConfigureAwait(false), ct).ConfigureAwait(false);

    /// <summary>Commits positions alone, without rows.</summary>
    public Task<CommitOutcome> CommitTransactionsAsync(CommitSpec spec, CancellationToken ct = default) =>
        Committer.CommitAsync(new PreparedCommit(Snapshot, [], spec), ct);

    /// <summary>Changes columns or properties; the rows stay as they are. A concurrent change of either makes it a conflict.</summary>
    public async Task<CommitOutcome> AlterAsync(TableAlteration change, CommitSpec? spec = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        CommitSpec named = spec ?? new CommitSpec(change.AddColumns.Count > 0 ? "ADD COLUMNS" : "SET TBLPROPERTIES");
        return await Committer.CommitAsync(Alter.Prepare(await RefreshAsync(ct).ConfigureAwait(false), change, named, Options.NewId), ct).ConfigureAwait(false);
    }

    /// <summary>The commits, newest first, as far back as the log goes.</summary>
    public IAsyncEnumerable<CommitDescription> HistoryAsync(CancellationToken ct = default) => new TableHistory(Log).ReadAsync(ct);

    /// <summary>Writes a checkpoint of the newest version now.</summary>
    public async Task CheckpointAsync(CancellationToken ct = default) =>
        await new CheckpointWriter(Log, Options.Clock).WriteAsync(await RefreshAsync(ct).ConfigureAwait(false), ct).ConfigureAwait(false);

    /// <summary>Removes log files older than the table's retention (<c>delta.logRetentionDuration</c>) that no kept version needs, never past <paramref name="neededFrom"/> or a registered reader.</summary>
    /// <param name="neededFrom">The lowest version that a reader that is not registered has read up to, or null.</param>
    /// <param name="ct">Cancels between files; what is left is a whole log.</param>
    public async Task<LogCleanupOutcome> CleanLogAsync(long? neededFrom = null, CancellationToken ct = default)
    {
        await RefreshAsync(ct).ConfigureAwait(false);
        return await new LogCleanup(Log, Options.Clock).RunAsync(Lowest(neededFrom, await Readers.NeededFromAsync(ct).ConfigureAwait(false)), ct).ConfigureAwait(false);
    }

    /// <summary>Ends when the checkpoint, cleanup or automatic compaction that runs in the background, if any, has ended.</summary>
    public Task WhenIdleAsync() => Task.WhenAll(Upkeep.WhenIdle, Compactor.WhenIdle);

    /// <summary>What the last checkpoint or cleanup in the background failed with, or null. The commits are safe without them; they are tried again.</summary>
    public Exception? UpkeepFault => Upkeep.Fault;

    /// <summary>The lower of two positions; null is none.</summary>
    internal static long? Lowest(long? a, long? b) => a is null ? b : b is null ? a : Math.Min(a.Value, b.Value);

    private async Task AfterCommitAsync(PreparedCommit committed)
    {
        await Upkeep.AfterCommitAsync().ConfigureAwait(false);
        await Compactor.AfterCommitAsync(committed).ConfigureAwait(false);
    }

    private static async Task<StoredObject?> FindAsync(IObjectStore store, CancellationToken ct)
    {
        await foreach (StoredObject found in store.ListAsync(LogFiles.Folder, null, ct).ConfigureAwait(false))
        {
            return found;
        }

        return null;
    }

    // Whoever wins the race for version 0 made the table; what became of our put is read back with the table itself.
    private static async Task CreateAsync(IObjectStore store, TableDefinition definition, DeltaTableOptions options, CancellationToken ct)
    {
        DateTimeOffset now = options.Clock.GetUtcNow();
        (Protocol protocol, Metadata metadata) = NewTable.From(definition, options.NewId(), now);
        ProtocolSupport.CheckWritable(protocol, metadata, definition.Schema, store.Root);
        byte[] bytes = ActionWriter.WriteLines(CommitWriter.Creation(protocol, metadata, options.NewId().ToString(), now, options.EngineInfo));
        try
        {
            await store.PutIfAbsentAsync(LogFiles.Commit(0), bytes, CancellationToken.None).ConfigureAwait(false);
        }
        catch (IOException) when (!ct.IsCancellationRequested)
        {
            if (await store.FindAsync(LogFiles.Commit(0), ct).ConfigureAwait(false) is null)
            {
                throw;
            }
        }
    }

    // Names, types and nullability: comments and ids in the fields' metadata do not make another table.
    internal static bool SameShape(DataType left, DataType right) => (left, right) switch
    {
        (StructType a, StructType b) => a.Fields.Count == b.Fields.Count && a.Fields.Zip(b.Fields).All(static p =>
            string.Equals(p.First.Name, p.Second.Name, StringComparison.OrdinalIgnoreCase) && p.First.Nullable == p.Second.Nullable && SameShape(p.First.Type, p.Second.Type)),
        (ArrayType a, ArrayType b) => a.ContainsNull == b.ContainsNull && SameShape(a.ElementType, b.ElementType),
        (MapType a, MapType b) => a.ValueContainsNull == b.ValueContainsNull && SameShape(a.KeyType, b.KeyType) && SameShape(a.ValueType, b.ValueType),
        _ => left.Equals(right),
    };
}
