using CryptoInsight.Delta;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Store;
using CryptoInsight.Domain.Market;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Engine.Options;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Operations;

namespace CryptoInsight.Engine.Tests.Jobs;

/// <summary>Runs, pauses and repairs of real jobs over stores in memory.</summary>
public sealed class JobActorSpecs
{
    private readonly Dictionary<string, MemoryObjectStore> _stores = [];
    private readonly EngineOptions _options = EngineOptions.FromConfig(ShippedConfig.Reference) with { JobPollEvery = TimeSpan.FromMilliseconds(20) };
    private int _nodes;

    [Fact]
    public async Task A_run_is_written_down_with_its_rows_when_the_node_stops()
    {
        await using (MedallionPipeline pipeline = await StartAsync())
        {
            await AppendAsync(pipeline, 0, 30);
            await pipeline.CaughtUpAsync(Deadline());
        }

        JobRun silver = Assert.Single(await RunsAsync(SilverJob.Id));
        Assert.Equal(("SUCCEEDED", 30L, 30L, 1), (silver.State, silver.RowsIn, silver.RowsAccepted, silver.Attempt));
        Assert.NotNull(silver.EndedAt);
        Assert.Equal("SUCCEEDED", Assert.Single(await RunsAsync(GoldJob.Id)).State);
    }

    [Fact]
    public async Task A_paused_job_takes_nothing_in_until_it_is_resumed_even_across_a_restart()
    {
        await using (MedallionPipeline pipeline = await StartAsync())
        {
            await AppendAsync(pipeline, 0, 10);
            await pipeline.CaughtUpAsync(Deadline());
            Assert.True((await pipeline.TellAsync(SilverJob.Id, new JobProtocol.Pause("test"), Deadline()))!.IsDone);
            Assert.False((await pipeline.TellAsync(SilverJob.Id, new JobProtocol.Pause("test"), Deadline()))!.IsDone);
            await AppendAsync(pipeline, 10, 10);
            await Assert.ThrowsAsync<JobStoppedException>(() => pipeline.CaughtUpAsync(Deadline()));
        }

        await using (MedallionPipeline pipeline = await StartAsync())
        {
            Assert.Equal(JobState.Paused, (await pipeline.Jobs.ReachedAsync(SilverJob.Id, long.MaxValue, Deadline())).State);
            Assert.Equal(10, pipeline.Lake.Silver.Table.Snapshot.RowCount);
            Assert.True((await pipeline.TellAsync(SilverJob.Id, new JobProtocol.Resume("test"), Deadline()))!.IsDone);
            await pipeline.CaughtUpAsync(Deadline());
            Assert.Equal(20, pipeline.Lake.Silver.Table.Snapshot.RowCount);
            Assert.False((await pipeline.TellAsync(SilverJob.Id, new JobProtocol.Resume("test"), Deadline()))!.IsDone);
        }

        Assert.Equal(["SUCCEEDED", "PAUSED", "SUCCEEDED"], (await RunsAsync(SilverJob.Id)).Select(r => r.State));
        Assert.Equal(2, (await OpenAsync()).Operations.Events.Table.Snapshot.RowCount); // paused, resumed: refused wishes are no deeds
    }

    [Fact]
    public async Task A_fault_that_time_does_not_heal_fails_the_job_and_a_repair_goes_on_from_its_position()
    {
        await using MedallionPipeline pipeline = await StartAsync();
        await AppendAsync(pipeline, 0, 10);
        await pipeline.CaughtUpAsync(Deadline());
        MemoryObjectStore bronze = _stores.Single(s => s.Key.EndsWith("/bronze_charts", StringComparison.Ordinal)).Value;
        await pipeline.TellAsync(SilverJob.Id, new JobProtocol.Pause("test"), Deadline());
        IReadOnlyList<string> before = bronze.Keys;
        await AppendAsync(pipeline, 10, 10);
        string newest = bronze.Keys.Single(k => k.EndsWith(".parquet", StringComparison.Ordinal) && !before.Contains(k));
        byte[] whole = await bronze.ReadAsync(newest);
        bronze.Overwrite(newest, new byte[whole.Length]);
        await pipeline.TellAsync(SilverJob.Id, new JobProtocol.Resume("test"), Deadline());
        JobStatus failed = await pipeline.Jobs.ReachedAsync(SilverJob.Id, long.MaxValue, Deadline());
        Assert.Equal((JobState.Failed, "corrupt"), (failed.State, failed.Run!.ErrorKind));
        bronze.Overwrite(newest, whole);
        Assert.True((await pipeline.TellAsync(SilverJob.Id, new JobProtocol.Repair(JobStart.Position, "test"), Deadline()))!.IsDone);
        await pipeline.CaughtUpAsync(Deadline());
        Assert.Equal(20, pipeline.Lake.Silver.Table.Snapshot.RowCount);
        Assert.Equal(JobState.Running, pipeline.Jobs.Find(SilverJob.Id)!.State);
    }

    [Fact]
    public async Task Gold_repaired_from_the_start_is_compared_with_a_full_computation()
    {
        await using MedallionPipeline pipeline = await StartAsync();
        await AppendAsync(pipeline, 0, 60);
        await pipeline.CaughtUpAsync(Deadline());
        long rows = pipeline.Lake.Gold.Table.Snapshot.RowCount!.Value;
        await pipeline.TellAsync(GoldJob.Id, new JobProtocol.Pause("test"), Deadline());
        await pipeline.Lake.Gold.Table.DeleteAsync(Delta.Predicates.Predicate.Equal("timeframe", "5m"));
        Assert.Equal(0, pipeline.Lake.Gold.Table.Snapshot.RowCount);
        await pipeline.TellAsync(GoldJob.Id, new JobProtocol.Repair(JobStart.Beginning, "test"), Deadline());
        await pipeline.Jobs.ReachedAsync(GoldJob.Id, pipeline.Lake.Silver.Table.Snapshot.Version, Deadline());
        Assert.Equal(rows, (await pipeline.Lake.Gold.Table.RefreshAsync()).RowCount);
    }

    [Fact]
    public async Task A_run_that_a_killed_node_left_open_is_closed_by_the_next_one()
    {
        LakeTables lake = await OpenAsync();
        await lake.Operations.JobRuns.PutAsync([new JobRun("dead/1", SilverJob.Id, "RUNNING", new UnixMicros(1), "elsewhere")]);
        await using (await StartAsync())
        {
        }

        JobRun dead = (await RunsAsync(SilverJob.Id))[0];
        Assert.Equal(("dead/1", "FAILED", "node"), (dead.RunId, dead.State, dead.ErrorKind));
    }

    [Theory]
    [InlineData(typeof(IOException), 1, "storage", true)]
    [InlineData(typeof(TimeoutException), 100, "timeout", true)]
    [InlineData(typeof(InvalidDataException), 1, "corrupt", false)]
    [InlineData(typeof(NullReferenceException), 1, "bug", false)]
    public void Faults_are_told_apart(Type type, int inARow, string kind, bool isTransient) =>
        Assert.Equal(new JobFault(kind, isTransient), JobFault.Of((Exception)Activator.CreateInstance(type)!, inARow));

    private async Task<MedallionPipeline> StartAsync() => await MedallionPipeline.StartAsync(await OpenAsync(), _options, TimeProvider.System, $"node{_nodes++}");

    private Task<LakeTables> OpenAsync() =>
        LakeTables.OpenOrCreateAsync(
            new LakeLocation("memory", "demo_catalog", "demo_schema", path => _stores.TryGetValue(path, out MemoryObjectStore? store) ? store : _stores[path] = new MemoryObjectStore()),
            new DeltaTableOptions());

    private async Task<List<JobRun>> RunsAsync(string jobId) =>
        await (await OpenAsync()).Operations.JobRuns.ReadAsync(jobId).OrderBy(r => r.StartedAt).ToListAsync();

    private static async Task AppendAsync(MedallionPipeline pipeline, int first, int count) =>
        Assert.IsType<CommitOutcome.Committed>(await pipeline.Lake.Bronze.AppendAsync([.. Enumerable.Range(first, count).Select(m => Sample.Raw(Sample.Btc, m, 100 + m))], []));

    private static CancellationToken Deadline() => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;
}
