using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Tests;

/// <summary>Small tables for tests of the log: file actions without files behind them.</summary>
internal static class Tables
{
    internal static TableDefinition Definition(params (string Name, string Value)[] properties) =>
        new(new StructType([new StructField("id", DataType.Long, Nullable: false), new StructField("text", DataType.String), new StructField("dt", DataType.Date)]))
        {
            PartitionColumns = ["dt"],
            Properties = properties.ToDictionary(p => p.Name, p => p.Value),
        };

    internal static DeltaTableOptions Options(TimeProvider? clock = null, int seed = 1)
    {
        Random random = new(seed);
        byte[] bytes = new byte[16];
        Lock gate = new();
        return new DeltaTableOptions
        {
            Clock = clock ?? new ManualClock(),
            NewId = () =>
            {
                lock (gate)
                {
                    random.NextBytes(bytes);
                    return new Guid(bytes);
                }
            },
        };
    }

    internal static Task<DeltaTable> CreateAsync(IObjectStore store, DeltaTableOptions? options = null, params (string Name, string Value)[] properties) =>
        DeltaTable.OpenOrCreateAsync(store, Definition(properties), options ?? Options());

    internal static AddFile Add(string path, bool dataChange = true, string dt = "2026-01-01") =>
        new(path, new Dictionary<string, string?> { ["dt"] = dt }, 1000, 1_700_000_000_000, dataChange) { Stats = "{\"numRecords\":10}" };

    internal static RemoveFile Remove(AddFile file, bool dataChange = true) =>
        new(file.Path, dataChange) { DeletionTimestamp = 1_700_000_000_000, ExtendedFileMetadata = true, PartitionValues = file.PartitionValues, Size = file.Size, DeletionVector = file.DeletionVector };

    internal static PreparedCommit Prepare(DeltaTable table, CommitSpec spec, params DeltaAction[] actions) => new(table.Snapshot, actions, spec);

    internal static Task<CommitOutcome> AppendAsync(DeltaTable table, string path, CommitSpec? spec = null) =>
        table.Committer.CommitAsync(Prepare(table, spec ?? new CommitSpec("WRITE"), Add(path)), default);

    internal static string[] Paths(Snapshot snapshot) => [.. snapshot.Files.Select(f => f.Path).Order(StringComparer.Ordinal)];
}

/// <summary>A clock that moves only when told to; every reading of it is the same instant.</summary>
internal sealed class ManualClock : TimeProvider
{
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _now.Ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    internal void Advance(TimeSpan by) => _now += by;
}
