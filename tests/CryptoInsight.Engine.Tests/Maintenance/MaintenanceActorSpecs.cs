using System.Text.Json;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Store;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Engine.Maintenance;
using CryptoInsight.Engine.Options;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Bronze;

namespace CryptoInsight.Engine.Tests.Maintenance;

/// <summary>Maintenance of a real lake over stores in memory, beside the real jobs.</summary>
public sealed class MaintenanceActorSpecs
{
    private readonly Dictionary<string, MemoryObjectStore> _stores = [];
    private readonly EngineOptions _options;
    private int _nodes;

    public MaintenanceActorSpecs()
    {
        EngineOptions shipped = EngineOptions.FromConfig(ShippedConfig.Reference);
        _options = shipped with
        {
            JobPollEvery = TimeSpan.FromMilliseconds(20),
            Maintenance = shipped.Maintenance with { FirstAfter = TimeSpan.Zero, LookEvery = TimeSpan.FromMilliseconds(20), QuietAfter = TimeSpan.Zero, DutyPercent = 100 },
        };
    }

    [Fact]
    public async Task Small_files_of_a_closed_day_are_laid_out_and_the_event_tells_files_and_bytes_before_and_after()
    {
        await using MedallionPipeline pipeline = await StartAsync(_options);
        for (int i = 0; i < 16; i++)
        {
            await AppendAsync(pipeline, i * 5, 5);
        }

        Snapshot after = await UntilAsync(pipeline.Lake.Bronze.Table, s => s.Files.Count == 1);
        Assert.Equal(80, after.RowCount);
        Assert.Equal("symbol,event_time", after.Files.Single().Tags!["CRYPTOINSIGHT_ZORDER_BY"]);
        await pipeline.CaughtUpAsync(Deadline());
        JsonElement detail = (await EventsAsync(pipeline, "zorder")).Single(e => e.TableName == BronzeChartsTable.Name).Detail;
        Assert.Equal((16, 1, "pressure"), (detail.GetProperty("files_before").GetInt32(), detail.GetProperty("files_after").GetInt32(), detail.GetProperty("cause").GetString()));
        Assert.True(detail.GetProperty("bytes_before").GetInt64() > detail.GetProperty("bytes_after").GetInt64());
        Assert.Equal(80, pipeline.Lake.Silver.Table.Snapshot.RowCount);
    }

    [Fact]
    public async Task A_pause_stops_the_work_across_a_restart_and_a_resume_lets_it_go_on()
    {
        await using (MedallionPipeline pipeline = await StartAsync(_options))
        {
            Assert.True((await pipeline.TellAsync(MaintenanceActor.Id, new JobProtocol.Pause("test"), Deadline()))!.IsDone);
            Assert.False((await pipeline.TellAsync(MaintenanceActor.Id, new JobProtocol.Pause("test"), Deadline()))!.IsDone);
            for (int i = 0; i < 20; i++)
            {
                await AppendAsync(pipeline, i * 5, 5);
            }

            Assert.False((await pipeline.TellAsync(new MaintenanceProtocol.RunNow(null, null, DryRun: false, "test"), Deadline())).IsDone);
        }

        await using (MedallionPipeline pipeline = await StartAsync(_options))
        {
            Assert.Equal(JobState.Paused, (await pipeline.Jobs.ReachedAsync(MaintenanceActor.Id, long.MaxValue, Deadline())).State);
            Assert.Equal(20, pipeline.Lake.Bronze.Table.Snapshot.Files.Count);
            Assert.True((await pipeline.TellAsync(MaintenanceActor.Id, new JobProtocol.Resume("test"), Deadline()))!.IsDone);
            await UntilAsync(pipeline.Lake.Bronze.Table, s => s.Files.Count == 1);
        }
    }

    [Fact]
    public async Task A_dry_run_tells_what_would_be_done_and_changes_nothing_and_a_run_does_it()
    {
        await using MedallionPipeline pipeline = await StartAsync(_options with { Maintenance = _options.Maintenance with { IsOn = false } });
        for (int i = 0; i < 4; i++)
        {
            await AppendAsync(pipeline, i * 5, 5);
        }

        JobProtocol.Answer dry = await pipeline.TellAsync(new MaintenanceProtocol.RunNow(BronzeChartsTable.Name, UpkeepKind.Cluster, DryRun: true, "test"), Deadline());
        Assert.Contains("4 files of 1 closed days of bronze_charts", dry.Text, StringComparison.Ordinal);
        Assert.Equal(4, pipeline.Lake.Bronze.Table.Snapshot.Files.Count);
        Assert.True((await pipeline.TellAsync(new MaintenanceProtocol.RunNow(BronzeChartsTable.Name, UpkeepKind.Cluster, DryRun: false, "test"), Deadline())).IsDone);
        await UntilAsync(pipeline.Lake.Bronze.Table, s => s.Files.Count == 1);
        Assert.False((await pipeline.TellAsync(new MaintenanceProtocol.RunNow("no_such_table", null, DryRun: false, "test"), Deadline())).IsDone);
        Assert.Equal("operator", (await EventsAsync(pipeline, "zorder")).Single().Actor);
    }

    [Fact]
    public async Task Vacuum_and_log_cleanup_keep_what_a_paused_job_has_still_to_read()
    {
        LakeTables lake = await OpenAsync();
        Assert.IsType<CommitOutcome.Committed>(await lake.Bronze.AppendAsync([.. Enumerable.Range(0, 5).Select(m => Sample.Raw(Sample.Btc, m, 100 + m))], []));
        await lake.Bronze.Table.Readers.RegisterAsync(SilverJob.Id, -1);
        var late = new LaterClock(TimeSpan.FromDays(60));
        LakeTables aged = await OpenAsync(new DeltaTableOptions { Clock = late });
        await aged.Bronze.Table.OptimizeAsync(new Delta.Operations.OptimizeSpec { ZOrderBy = ["symbol"] });
        var work = new UpkeepWork(aged, _options.Maintenance, TimeSpan.FromDays(90), late);
        foreach (UpkeepKind kind in (UpkeepKind[])[UpkeepKind.CleanLog, UpkeepKind.Vacuum])
        {
            UpkeepReport report = await work.RunAsync(new CompactionSpec(BronzeChartsTable.Name, kind, UpkeepCause.Schedule, []), Deadline());
            Assert.Equal((0, false), (report.FilesRemoved, report.HasChanged));
        }
    }

    private Task<MedallionPipeline> StartAsync(EngineOptions options) => StartAsync(options, new DeltaTableOptions());

    private async Task<MedallionPipeline> StartAsync(EngineOptions options, DeltaTableOptions tables) =>
        await MedallionPipeline.StartAsync(await OpenAsync(tables), options, TimeProvider.System, $"node{_nodes++}");

    private Task<LakeTables> OpenAsync(DeltaTableOptions? options = null) =>
        LakeTables.OpenOrCreateAsync(
            new LakeLocation("memory", "demo_catalog", "demo_schema", path => _stores.TryGetValue(path, out MemoryObjectStore? store) ? store : _stores[path] = new MemoryObjectStore()),
            options ?? new DeltaTableOptions());

    private static async Task<Snapshot> UntilAsync(DeltaTable table, Func<Snapshot, bool> isThere)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        Snapshot snapshot = await table.RefreshAsync();
        while (!isThere(snapshot))
        {
            snapshot = await table.NewerThanAsync(snapshot.Version, deadline.Token);
        }

        return snapshot;
    }

    private static async Task<List<(string? TableName, string Actor, JsonElement Detail)>> EventsAsync(MedallionPipeline pipeline, string kind)
    {
        Snapshot events = await UntilAsync(pipeline.Lake.Operations.Events.Table, s => s.RowCount > 0);
        List<(string?, string, JsonElement)> found = [];
        await foreach (Apache.Arrow.RecordBatch rows in pipeline.Lake.Operations.Events.Table.ReadAsync(events, ["table_name", "actor", "detail_json"], Delta.Predicates.Predicate.Equal("kind", kind)))
        {
            for (int i = 0; i < rows.Length; i++)
            {
                found.Add((((Apache.Arrow.StringArray)rows.Column(0)).GetString(i), ((Apache.Arrow.StringArray)rows.Column(1)).GetString(i), JsonDocument.Parse(((Apache.Arrow.StringArray)rows.Column(2)).GetString(i)).RootElement));
            }
        }

        return found.Count > 0 ? found : await NextAsync(pipeline, events.Version, kind);
    }

    private static async Task<List<(string? TableName, string Actor, JsonElement Detail)>> NextAsync(MedallionPipeline pipeline, long version, string kind)
    {
        await UntilAsync(pipeline.Lake.Operations.Events.Table, s => s.Version > version);
        return await EventsAsync(pipeline, kind);
    }

    private static async Task AppendAsync(MedallionPipeline pipeline, int first, int count) =>
        Assert.IsType<CommitOutcome.Committed>(await pipeline.Lake.Bronze.AppendAsync([.. Enumerable.Range(first, count).Select(m => Sample.Raw(Sample.Btc, m, 100 + m))], []));

    private static CancellationToken Deadline() => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    private sealed class LaterClock(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
