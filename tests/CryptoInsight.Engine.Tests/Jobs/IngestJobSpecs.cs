using System.Web;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Store;
using CryptoInsight.Domain.Budget;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Sentiment;
using CryptoInsight.Engine.Flows;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Engine.Options;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Lake.Operations;
using CryptoInsight.Sources.Binance;
using CryptoInsight.Sources.Http;
using CryptoInsight.Sources.Polling;
using CryptoInsight.Sources.Tests;
using CryptoInsight.Sources.Tests.Binance;

namespace CryptoInsight.Engine.Tests.Jobs;

/// <summary>Jobs 01a, 01b and 01c do what operators ask, as the others do. The exchange's clock stands: nothing closes, so nothing happens that nobody asked for.</summary>
public sealed class IngestJobSpecs : IDisposable
{
    private static readonly SeriesStart[] s_series = [new(Sample.Btc, Sample.Minute, UnixMicros.FromSeconds(1_748_779_200 - 3_600), UnixMicros.FromSeconds(1_748_779_200))]; // 2025-06-01T12:00Z

    private readonly Dictionary<string, MemoryObjectStore> _stores = [];
    private readonly EngineOptions _options = EngineOptions.FromConfig(ShippedConfig.Reference) with { JobPollEvery = TimeSpan.FromMilliseconds(20) };
    private readonly ManualTime _time = new("2025-06-01T12:00:20Z");
    private readonly FakeExchange _exchange;
    private readonly BinanceRest _rest;
    private readonly KlineFeed _feed;
    private readonly List<string> _said = [];
    private int _nodes;

    public IngestJobSpecs()
    {
        _exchange = new FakeExchange(_time) { CloseOf = _ => "1.5" };
        _rest = new BinanceRest(new BinanceRestOptions { BaseUrl = new Uri("http://exchange.test") }, _exchange, new ServerClock(_time), _time);
        _feed = new KlineFeed(_rest, new OpenGate(), new KlineFeedOptions(), _time, "run");
    }

    public void Dispose()
    {
        _feed.Dispose();
        _rest.Dispose();
    }

    [Fact]
    public async Task Ingestion_pauses_across_a_restart_and_goes_on_at_its_bookmark()
    {
        int asked;
        await using (MedallionPipeline pipeline = await StartAsync())
        {
            pipeline.Ingest(Feed(), IngestMode.Poll);
            await RowsAsync(pipeline, 60);
            Assert.True((await pipeline.TellAsync(IngestJob.Id, new JobProtocol.Pause("test"), Deadline()))!.IsDone);
            asked = AskedFrom().Count;
        }

        await using (MedallionPipeline pipeline = await StartAsync())
        {
            pipeline.Ingest(Feed(), IngestMode.Poll);
            Assert.Equal(JobState.Paused, (await pipeline.Jobs.EndedAsync(IngestJob.Id, Deadline())).State);
            Assert.Equal(asked, AskedFrom().Count);
            _time.Advance(TimeSpan.FromMinutes(5));
            Assert.True((await pipeline.TellAsync(IngestJob.Id, new JobProtocol.Resume("test"), Deadline()))!.IsDone);
            await RowsAsync(pipeline, 65);
            Assert.All(AskedFrom().Skip(asked), from => Assert.True(from >= s_series[0].LiveFrom + -180_000_000L, $"asked again from {from}")); // two candles are read again
        }

        Assert.Equal(["SUCCEEDED", "PAUSED", "SUCCEEDED"], (await RunsAsync(IngestJob.Id)).Select(r => r.State));
    }

    [Theory]
    [InlineData(403)]
    [InlineData(451)]
    public async Task A_refusal_of_everything_fails_the_job_and_a_repair_asks_again(int status)
    {
        await using MedallionPipeline pipeline = await StartAsync();
        _exchange.Trouble = _ => FakeExchange.Answer(status, "{\"code\":0,\"msg\":\"Service unavailable from a restricted location\u001b[2J\"}");
        pipeline.Ingest(Feed(), IngestMode.Poll);
        JobStatus failed = await pipeline.Jobs.EndedAsync(IngestJob.Id, Deadline());
        Assert.Equal((JobState.Failed, "refused"), (failed.State, failed.Run!.ErrorKind));
        Assert.Contains($"HTTP {status}", failed.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', failed.Error!);
        Assert.NotEqual(0, (await pipeline.Lake.DeadLetters.Table.RefreshAsync()).RowCount);

        _exchange.Trouble = _ => null;
        Assert.True((await pipeline.TellAsync(IngestJob.Id, new JobProtocol.Repair(JobStart.Position, "test"), Deadline()))!.IsDone);
        await RowsAsync(pipeline, 60);
        Assert.Equal(JobState.Running, pipeline.Jobs.Find(IngestJob.Id)!.State);
    }

    [Fact]
    public async Task When_every_series_is_refused_the_job_has_failed()
    {
        await using MedallionPipeline pipeline = await StartAsync();
        _exchange.Trouble = request => request.RequestUri!.AbsolutePath.EndsWith("/klines", StringComparison.Ordinal) ? FakeExchange.Answer(400, "{\"code\":-1121,\"msg\":\"Invalid symbol.\"}") : null;
        pipeline.Ingest(Feed(), IngestMode.Poll);
        JobStatus failed = await pipeline.Jobs.EndedAsync(IngestJob.Id, Deadline());
        Assert.Equal((JobState.Failed, "refused"), (failed.State, failed.Run!.ErrorKind));
    }

    [Fact]
    public async Task What_is_asked_for_once_ends_as_succeeded_with_its_rows()
    {
        await using (MedallionPipeline pipeline = await StartAsync())
        {
            pipeline.Ingest(Feed(), IngestMode.Once);
            Assert.Equal(JobState.Succeeded, (await pipeline.Jobs.EndedAsync(IngestJob.Id, Deadline())).State);
        }

        JobRun run = Assert.Single(await RunsAsync(IngestJob.Id));
        Assert.Equal(("SUCCEEDED", 60L, 60L), (run.State, run.RowsIn, run.RowsAccepted));
        Assert.NotNull(run.EndedAt);
    }

    [Fact]
    public async Task A_repair_from_the_beginning_asks_for_everything_again_and_silver_sees_that_it_is_equal()
    {
        await using MedallionPipeline pipeline = await StartAsync();
        pipeline.Ingest(Feed(), IngestMode.Poll);
        await RowsAsync(pipeline, 60);
        await pipeline.CaughtUpAsync(Deadline());
        int asked = AskedFrom().Count;
        Assert.True((await pipeline.TellAsync(IngestJob.Id, new JobProtocol.Repair(JobStart.Beginning, "test"), Deadline()))!.IsDone);
        await RowsAsync(pipeline, 120);
        Assert.Contains(AskedFrom().Skip(asked), from => from == s_series[0].Since);
        await pipeline.CaughtUpAsync(Deadline());
        Assert.Equal(60, pipeline.Lake.Silver.Table.Snapshot.RowCount);
    }

    [Fact]
    public async Task A_poll_of_the_index_pauses_resumes_at_its_rhythm_and_fails_when_it_is_refused()
    {
        int asks = 0;
        bool refuses = false;
        PolledSource<RawFearGreed> Source(MedallionPipeline pipeline, TimeSpan every) => new(
            "paper", "run", SeriesOrigin.Simulated,
            [new PolledQuestion<RawFearGreed>(null, new SourcePoll<RawFearGreed>(
                _ =>
                {
                    Interlocked.Increment(ref asks);
                    return Task.FromResult<FetchOutcome<IReadOnlyList<RawFearGreed>>>(refuses
                        ? new FetchOutcome<IReadOnlyList<RawFearGreed>>.Refused(403, "no", "\"no\"")
                        : new FetchOutcome<IReadOnlyList<RawFearGreed>>.Answered([new RawFearGreed("paper", 1_748_736_000, UnixMicros.From(_time.GetUtcNow()), "{}", "/fng/", "hash", "run", "50", "Neutral", null, null)], UnixMicros.From(_time.GetUtcNow())));
                },
                new PollRhythm(every, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)), 1, _time))],
            pipeline.Lake.FearGreed.Bronze, pipeline.Lake.FearGreed.DeadLetters, _said.Add);
        await using (MedallionPipeline pipeline = await StartAsync())
        {
            pipeline.Ingest(Source(pipeline, TimeSpan.FromHours(24)));
            await pipeline.Jobs.ReachedAsync(SentimentJobs.FearGreedIngestId, 1, Deadline());
            Assert.True((await pipeline.TellAsync(SentimentJobs.FearGreedIngestId, new JobProtocol.Pause("test"), Deadline()))!.IsDone);
            Assert.True((await pipeline.TellAsync(SentimentJobs.FearGreedIngestId, new JobProtocol.Resume("test"), Deadline()))!.IsDone);
            Assert.True((await pipeline.TellAsync(SentimentJobs.FearGreedIngestId, new JobProtocol.Repair(JobStart.Beginning, "test"), Deadline()))!.IsDone);
            Assert.Equal(1, asks); // the publisher is not asked sooner because somebody here repairs
        }

        refuses = true;
        await using (MedallionPipeline pipeline = await StartAsync())
        {
            pipeline.Ingest(Source(pipeline, TimeSpan.Zero));
            JobStatus failed = await pipeline.Jobs.EndedAsync(SentimentJobs.FearGreedIngestId, Deadline());
            Assert.Equal((JobState.Failed, "refused"), (failed.State, failed.Run!.ErrorKind));
            Assert.Equal(1, (await pipeline.Lake.FearGreed.DeadLetters.Table.RefreshAsync()).RowCount);
        }

        Assert.Equal(["SUCCEEDED", "PAUSED", "SUCCEEDED", "SUCCEEDED", "FAILED"], (await RunsAsync(SentimentJobs.FearGreedIngestId)).Select(r => r.State));
    }

    private ExchangeFeed Feed() =>
        new(_feed, s_series, SeriesOrigin.Simulated, "paper.spot.rest", "run", () => UnixMicros.From(_time.GetUtcNow()), d => _said.Add(d.Text), r => _said.Add(r.Text));

    private List<UnixMicros> AskedFrom() =>
        [.. _exchange.Requests.Where(r => r.PathAndQuery.Contains("/klines", StringComparison.Ordinal))
            .Select(r => UnixMicros.FromMilliseconds(long.Parse(HttpUtility.ParseQueryString(r.PathAndQuery[r.PathAndQuery.IndexOf('?', StringComparison.Ordinal)..])["startTime"]!, System.Globalization.CultureInfo.InvariantCulture)))];

    private static async Task RowsAsync(MedallionPipeline pipeline, int rows)
    {
        for (long version = pipeline.Lake.Bronze.Table.Snapshot.Version; pipeline.Lake.Bronze.Table.Snapshot.RowCount < rows;)
        {
            version = (await pipeline.Jobs.ReachedAsync(IngestJob.Id, version + 1, Deadline())).Position;
        }
    }

    private async Task<MedallionPipeline> StartAsync() => await MedallionPipeline.StartAsync(await OpenAsync(), _options, TimeProvider.System, $"node{_nodes++}");

    private Task<LakeTables> OpenAsync() =>
        LakeTables.OpenOrCreateAsync(
            new LakeLocation("memory", "demo_catalog", "demo_schema", path => _stores.TryGetValue(path, out MemoryObjectStore? store) ? store : _stores[path] = new MemoryObjectStore()),
            new DeltaTableOptions());

    private async Task<List<JobRun>> RunsAsync(string jobId) => await (await OpenAsync()).Operations.JobRuns.ReadAsync(jobId).OrderBy(r => r.StartedAt).ToListAsync();

    private static CancellationToken Deadline() => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    /// <summary>No budget: what these specs are about is not the weight.</summary>
    private sealed class OpenGate : IWeightGate
    {
        public ValueTask<WeightLease> EnterAsync(int weight, WeightPriority priority, CancellationToken cancellationToken) => ValueTask.FromResult(new WeightLease(1, weight, default));

        public void Return(WeightLease lease, WeightFeedback feedback)
        {
            // Nobody counts.
        }
    }
}
