using CryptoInsight.Delta;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine.Options;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Gold;
using Microsoft.Data.Sqlite;

namespace CryptoInsight.Engine.Tests.Symbols;

/// <summary>A node on a lake in a folder, with its snapshots in SQLite: there, gone, emptied and damaged, Gold is the same.</summary>
public sealed class SnapshotDatabaseSpecs : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cryptoinsight-snapshots-").FullName;
    private readonly EngineOptions _options;
    private int _minute;

    public SnapshotDatabaseSpecs()
    {
        EngineOptions options = EngineOptions.FromConfig(ShippedConfig.Reference);
        _options = options with { JobPollEvery = TimeSpan.FromMilliseconds(20), Snapshots = options.Snapshots with { EveryVersions = 2 } };
    }

    private string Database => Path.Combine(_folder, ".cryptoinsight", "snapshots.db");

    [Fact]
    public async Task Gold_is_the_same_with_the_database_there_gone_emptied_or_damaged()
    {
        await RunAsync();
        await RunAsync();
        Assert.InRange(Count("SELECT COUNT(*) FROM snapshot"), 3, 3); // two symbols and the horizon, each once
        Assert.Equal("wal", Text("PRAGMA journal_mode"));
        await RunAsync();

        SqliteConnection.ClearAllPools();
        File.WriteAllBytes(Database, [.. "no database at all"u8]);
        await RunAsync();
        Assert.InRange(Count("SELECT COUNT(*) FROM snapshot"), 3, 3);

        Text("DELETE FROM snapshot");
        await RunAsync();

        Text("DROP TABLE snapshot");
        await RunAsync();

        SqliteConnection.ClearAllPools();
        Directory.Delete(Path.GetDirectoryName(Database)!, recursive: true);
        await RunAsync();
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A node starts, takes three batches in, and ends.</summary>
    private async Task RunAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        LakeTables lake = await LakeTables.OpenOrCreateAsync(LakeLocation.Local(_folder), new DeltaTableOptions());
        await using (MedallionPipeline pipeline = await MedallionPipeline.StartAsync(lake, _options, TimeProvider.System, $"run-{_minute}"))
        {
            for (int batch = 0; batch < 3; batch++, _minute += 10)
            {
                RawCandle[] rows = [.. Enumerable.Range(_minute, 10).SelectMany(m => (RawCandle[])[Sample.Raw(Sample.Btc, m, 100 + (m % 13)), Sample.Raw(Sample.Eth, m, 50 + (m % 7))])];
                Assert.IsType<CommitOutcome.Committed>(await lake.Bronze.AppendAsync(rows, []));
                await pipeline.CaughtUpAsync(deadline.Token);
            }
        }

        List<SilverCandle> silver = [];
        await foreach (IReadOnlyList<SilverCandle> some in lake.Silver.ReadAsync(lake.Silver.Table.Snapshot))
        {
            silver.AddRange(some);
        }

        List<SignalRow> gold = [];
        await foreach (IReadOnlyList<StampedSignal> some in lake.Gold.ReadAsync(lake.Gold.Table.Snapshot))
        {
            gold.AddRange(some.Select(s => s.Row));
        }

        WatermarkTracker newest = silver.Aggregate(WatermarkTracker.Empty, (t, c) => t.Seen(c.Interval, c.Candle.OpenTime));
        var context = new SignalContext(_options.Signals, newest.At(_options.Signals.WatermarkDelay), FearGreedIndex.Empty);
        Assert.Equal(
            silver.GroupBy(c => c.Symbol).OrderBy(g => g.Key).SelectMany(g => SymbolTransitions.Rows(g.Key, [.. g.Select(c => (c.Interval, c.Candle))], context)),
            gold.OrderBy(r => r.Symbol).ThenBy(r => r.Timeframe).ThenBy(r => r.BucketStart));
    }

    private long Count(string sql) => long.Parse(Text(sql)!, System.Globalization.CultureInfo.InvariantCulture);

    private string? Text(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Database}");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // constants of this file
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar()?.ToString();
    }
}
