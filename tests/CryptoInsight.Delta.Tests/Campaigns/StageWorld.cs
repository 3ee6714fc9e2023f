using Apache.Arrow;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Tests.Campaigns;

/// <summary>Bugs planted on purpose: the campaign must find each of them.</summary>
internal enum PlantedBug
{
    None,

    /// <summary>A merger commits without looking at what others committed meanwhile.</summary>
    MergerChecksNothing,

    /// <summary>OPTIMIZE commits without carrying over the rows that others deleted meanwhile.</summary>
    OptimizeDropsDeletions,

    /// <summary>VACUUM takes what it likes, however young.</summary>
    VacuumIgnoresRetention,

    /// <summary>VACUUM does not ask who is still reading.</summary>
    VacuumIgnoresReaders,

    /// <summary>Log cleanup does not ask who is still following.</summary>
    CleanupIgnoresFollowers,

    /// <summary>The store's put-if-absent replaces what is there.</summary>
    PutIsNotExclusive,

    /// <summary>After a crash or an unknown outcome a writer just commits again.</summary>
    BlindRetry,
}

/// <summary>Everything that one run of a seed shares: the objects, the clock, the oracle, who reads what.</summary>
internal sealed class StageWorld
{
    public static readonly StructType Schema = new(
    [
        new StructField("id", DataType.Long, false),
        new StructField("part", DataType.String, false),
        new StructField("val", DataType.Long, false),
        new StructField("note", DataType.String),
    ]);

    public static readonly TimeSpan FileRetention = TimeSpan.FromHours(1);

    /// <summary>No operation that writes takes longer: two of them together stay inside the retention.</summary>
    public static readonly TimeSpan OperationMax = FileRetention * 0.4;

    private readonly Dictionary<string, long> _readers = [];
    private readonly Dictionary<string, Random> _ids = [];
    private DateTimeOffset _vacuumCutoff = DateTimeOffset.MinValue + TimeSpan.FromDays(1);
    private bool _isVacuuming;

    public StageWorld(int seed, PlantedBug bug)
    {
        Seed = seed;
        Bug = bug;
        Random random = new(seed);
        Objects = new MemoryObjectStore(Clock);
        Oracle = new TableOracle(Objects, Names);
        int weather = random.Next(10);

        // Only who crashes ever has to try again without knowing.
        weather = bug == PlantedBug.BlindRetry ? 6 : weather;
        bool isLate = weather >= 8;
        Faults = weather < 3 ? FaultPlan.None : new FaultPlan(random.Next(1, 5) / 100.0, random.Next(1, 8), Crashes: weather >= 6, LatePuts: isLate);
        Scheduler = new StageScheduler(random.Next(), Faults, Clock) { OperationMax = OperationMax };
        Oracle.Told = Scheduler.Trace.Add;
        PageSize = random.Next(3) == 0 ? random.Next(2, 7) : 1000;
        ReadersRegister = random.Next(3) > 0 || bug is PlantedBug.VacuumIgnoresReaders or PlantedBug.CleanupIgnoresFollowers;
        Partitioned = random.Next(2) == 0;
        Properties = new Dictionary<string, string>
        {
            ["delta.enableDeletionVectors"] = random.Next(4) > 0 ? "true" : "false",
            ["delta.enableChangeDataFeed"] = random.Next(2) == 0 ? "true" : "false",
            ["delta.checkpointInterval"] = random.Next(3, 12).ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["delta.deletedFileRetentionDuration"] = "interval 1 hour",
            ["delta.logRetentionDuration"] = "interval 90 minutes",
        };
    }

    public int Seed { get; }

    public PlantedBug Bug { get; }

    public ManualClock Clock { get; } = new();

    public MemoryObjectStore Objects { get; }

    public TableOracle Oracle { get; }

    public StageScheduler Scheduler { get; }

    public ObjectNames Names { get; } = new();

    public FaultPlan Faults { get; }

    public int PageSize { get; }

    public bool ReadersRegister { get; }

    public bool Partitioned { get; }

    public IReadOnlyDictionary<string, string> Properties { get; }

    /// <summary>The latest instant before which VACUUM was allowed to take removed files.</summary>
    public DateTimeOffset VacuumCutoff => IsVacuuming ? Clock.GetUtcNow() - FileRetention : _vacuumCutoff;

    /// <summary>Whether a VACUUM runs.</summary>
    public bool IsVacuuming
    {
        get => _isVacuuming;
        set
        {
            _vacuumCutoff = VacuumCutoff;
            _isVacuuming = value;
        }
    }

    /// <summary>What the run did, for the report.</summary>
    public StageCounts Counts { get; } = new();

    /// <summary>The lowest version that a registered reader needs.</summary>
    public long? NeededFrom => _readers.Count > 0 ? _readers.Values.Min() : null;

    public void Register(string reader, long version) => _readers[reader] = version;

    public void Unregister(string reader) => _readers.Remove(reader);

    public DeltaTableOptions Options(StageActor actor)
    {
        // One generator per actor for all of its lives: no id comes twice.
        if (!_ids.TryGetValue(actor.Name, out Random? ids))
        {
            _ids.Add(actor.Name, ids = new Random(HashCode(actor.Name) ^ (Seed * 31)));
        }

        byte[] bytes = new byte[16];
        DeltaTableOptions options = new()
        {
            Clock = Clock,
            NewId = () =>
            {
                ids.NextBytes(bytes);
                return new Guid(bytes);
            },
            EngineInfo = actor.Name,
            Upkeep = LogUpkeepMode.Inline,
            LogNeededFrom = () => Bug == PlantedBug.CleanupIgnoresFollowers || (Bug == PlantedBug.VacuumIgnoresReaders && actor is Janitor) ? null : NeededFrom,
        };
        bool isCareless = (Bug == PlantedBug.MergerChecksNothing && actor is Merger) || (Bug == PlantedBug.OptimizeDropsDeletions && actor is Compactor);
        return isCareless ? options with { ConflictCheck = static (_, _, _) => null } : options;
    }

    /// <summary>Takes a put, and shows every commit that lands to the oracle.</summary>
    public bool Put(StageActor actor, string key, byte[] bytes)
    {
        bool isCommit = LogFiles.TryVersion(key.AsSpan(Math.Min(key.Length, LogFiles.Folder.Length)), out long version, out ReadOnlySpan<char> rest) && rest is "json";
        if (isCommit && Bug == PlantedBug.PutIsNotExclusive && actor is Appender)
        {
            Objects.Overwrite(key, bytes);
            Judge(version, bytes);
            return true;
        }

        bool isMine = Objects.PutIfAbsentAsync(key, bytes).GetAwaiter().GetResult();
        if (isMine && isCommit)
        {
            Judge(version, bytes);
        }

        return isMine;
    }

    // The engine must not see the verdict as a failure of the store.
    private void Judge(long version, byte[] bytes) => Scheduler.Failure ??= Record.Exception(() => Oracle.Landed(version, bytes));

    public List<StoredObject> Page(string prefix, string? after)
    {
        List<StoredObject> page = [];
        IAsyncEnumerator<StoredObject> all = Objects.ListAsync(prefix, after).GetAsyncEnumerator();
        while (page.Count < PageSize && all.MoveNextAsync().AsTask().GetAwaiter().GetResult())
        {
            page.Add(all.Current);
        }

        return page;
    }

    /// <summary>Whether the log that lies there leads to a version: from a checkpoint or from version 0 by every commit.</summary>
    public bool CanBeBuilt(long version)
    {
        HashSet<string> keys = [.. Objects.Keys];
        for (long v = version; v >= 0 && !keys.Contains(LogFiles.ClassicCheckpoint(v)); v--)
        {
            if (!keys.Contains(LogFiles.Commit(v)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The rows of a snapshot as text, sorted.</summary>
    public static async Task<List<string>> RowsAsync(DeltaTable table, Snapshot snapshot)
    {
        List<StageRow> rows = [];
        await foreach (RecordBatch batch in table.ReadAsync(snapshot).ConfigureAwait(false))
        {
            rows.AddRange(RowsOf(batch));
        }

        return Texts(rows);
    }

    public static List<string> Texts(IEnumerable<StageRow> rows) => [.. rows.Select(static r => r.ToString()).Order(StringComparer.Ordinal)];

    public static IEnumerable<StageRow> RowsOf(RecordBatch batch)
    {
        Int64Array id = (Int64Array)batch.Column(0);
        StringArray part = (StringArray)batch.Column(1);
        Int64Array val = (Int64Array)batch.Column(2);
        StringArray note = (StringArray)batch.Column(3);
        return [.. Enumerable.Range(0, batch.Length).Select(i => new StageRow(id.GetValue(i)!.Value, part.GetString(i), val.GetValue(i)!.Value, note.GetString(i)))];
    }

    public static RecordBatch Batch(IReadOnlyList<StageRow> rows) => Data.RowBatches.Of(Schema, [.. rows.Select(static r => new object?[] { r.Id, r.Part, r.Val, r.Note })]);

    // Not string.GetHashCode: that differs from process to process.
    private static int HashCode(string text) => text.Aggregate(17, static (h, c) => unchecked((h * 31) + c));
}

/// <summary>What a run did: a campaign that does nothing finds nothing.</summary>
internal sealed class StageCounts
{
    public int Appends { get; set; }

    public int Merges { get; set; }

    public int Superseded { get; set; }

    public int Compactions { get; set; }

    public int Vacuumed { get; set; }

    public int LogCleaned { get; set; }

    public int Scans { get; set; }

    public int TailVersions { get; set; }

    public int PastRetention { get; set; }

    public int Unknown { get; set; }

    public void Add(StageCounts other)
    {
        foreach (System.Reflection.PropertyInfo p in typeof(StageCounts).GetProperties())
        {
            p.SetValue(this, (int)p.GetValue(this)! + (int)p.GetValue(other)!);
        }
    }

    public override string ToString() => string.Join(", ", typeof(StageCounts).GetProperties().Select(p => $"{p.Name} {p.GetValue(this)}"));
}
