using Akka.Actor;
using Akka.Configuration;
using Akka.Streams;
using Akka.Streams.Dsl;
using CryptoInsight.Delta;
using CryptoInsight.Domain.Market;
using CryptoInsight.Engine.Flows;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Engine.Operations;
using CryptoInsight.Engine.Options;
using CryptoInsight.Engine.Symbols;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Operations;

namespace CryptoInsight.Engine;

/// <summary>START HERE: the whole running system on one page.</summary>
/// <remarks>
/// <code>
/// files ────────┐
///               ├─> bronze_charts ─(tail)─> 02_transform_silver_binance ─> silver_charts ─(tail)─> 03_aggregate_gold_binance ─> gold_signals ─(tail)─> SignalBoard
/// exchange ─────┘                                └─> dlq_binance                                        │ asks, waits for all
///                                                                                                       └─> one actor per symbol (sharded)
/// </code>
/// Tables are the streams: every arrow reads the committed versions of a table, and the position of every job lies in the commit that it makes.
/// Whatever is in memory can be thrown away at any instant; starting again reads it from the tables.
/// </remarks>
public sealed class MedallionPipeline : IAsyncDisposable
{
    /// <summary>How long a commit under way may take when the node stops.</summary>
    private static readonly TimeSpan s_finishWithin = TimeSpan.FromSeconds(15);

    private readonly ActorSystem _system;
    private readonly IMaterializer _materializer;
    private readonly CommitBell _bronzeBell;
    private readonly CommitBell _goldBell;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<string, (JobSpec Spec, IActorRef Actor)> _jobs = new(StringComparer.Ordinal);
    private readonly IActorRef _journal;

    private MedallionPipeline(ActorSystem system, IMaterializer materializer, LakeTables lake, EngineOptions options, TimeProvider clock, string runId)
    {
        _system = system;
        _materializer = materializer;
        Lake = lake;
        Options = options;
        Clock = clock;
        RunId = runId;
        _bronzeBell = new CommitBell(clock, options.JobPollEvery);
        _goldBell = new CommitBell(clock, options.JobPollEvery);
        _journal = system.ActorOf(JournalActor.Props(lake.Operations), "journal");
    }

    /// <summary>The ids of all jobs.</summary>
    public static IReadOnlyList<string> JobIds { get; } = [SilverJob.Id, GoldJob.Id];

    public LakeTables Lake { get; }

    public EngineOptions Options { get; }

    public TimeProvider Clock { get; }

    /// <summary>Names this run in every row and request that it makes.</summary>
    public string RunId { get; }

    /// <summary>Where the jobs stand.</summary>
    public JobBoard Jobs { get; } = new();

    /// <summary>The newest signals.</summary>
    public SignalBoard Signals { get; } = new();

    /// <summary>Starts the actor system, the symbols' shards and the jobs; ingestion is started by its own calls.</summary>
    public static async Task<MedallionPipeline> StartAsync(LakeTables lake, EngineOptions options, TimeProvider clock, string runId)
    {
        ArgumentNullException.ThrowIfNull(options);
        ActorSystem system = ActorSystem.Create("cryptoinsight", ShippedConfig.Akka.WithFallback(ClusterDefaults()));
        var cluster = Akka.Cluster.Cluster.Get(system);
        await cluster.JoinAsync(cluster.SelfAddress).ConfigureAwait(false);
        var pipeline = new MedallionPipeline(system, system.Materializer(), lake, options, clock, runId);
        pipeline.StartJobs(await pipeline.OpenPausesAsync().ConfigureAwait(false));
        return pipeline;
    }

    /// <summary>Replays admitted files into Bronze; ends when all rows are durable there. Returns the rows added.</summary>
    public Task<long> ReplayAsync(IReadOnlyList<ReplayFile> files, Action<ReplayFile, string> onDamage, Action<int> onCommit) =>
        ReplayToBronze.Graph(files, Lake.Bronze, Options.ReplayBatchRowsMax, UnixMicros.From(Clock.GetUtcNow()), onDamage)
            .Select(rows =>
            {
                _bronzeBell.Ring();
                onCommit(rows);
                return (long)rows;
            })
            .RunAggregate(0L, (sum, rows) => sum + rows, _materializer);

    /// <summary>Follows the exchange until the pipeline stops: what is missing is fetched first, then every candle as it closes.</summary>
    public Task IngestAsync(ExchangeFeed exchange) =>
        BinanceToBronze.Graph(exchange, Lake, Options.Ingest, _ => _bronzeBell.Ring(), _stopping.Token).Run(_materializer);

    /// <summary>Keeps the board of newest signals up to date from Gold.</summary>
    public Task ShowAsync() =>
        GoldToDashboard.Graph(Lake.Gold, Signals, _goldBell, new TailLimits(1_000, Options.GoldStepBytesMax)).Run(_materializer).Finished;

    /// <summary>Waits until every row of Bronze as it is now has its verdict, and Gold shows it; throws if a job FAILED or is paused.</summary>
    public async Task CaughtUpAsync(CancellationToken ct)
    {
        await CaughtUpAsync(SilverJob.Id, ct).ConfigureAwait(false);
        await CaughtUpAsync(GoldJob.Id, ct).ConfigureAwait(false);
    }

    /// <summary>Waits until a job has taken in its source as it is now.</summary>
    public async Task CaughtUpAsync(string jobId, CancellationToken ct) =>
        ThrowIfStopped(await Jobs.ReachedAsync(jobId, _jobs[jobId].Spec.Source.Snapshot.Version, ct).ConfigureAwait(false));

    /// <summary>Tells a job to pause, resume or repair; null if there is no job of that id.</summary>
    public async Task<JobProtocol.Answer?> TellAsync(string jobId, JobProtocol.ICommand command, CancellationToken ct) =>
        _jobs.TryGetValue(jobId, out (JobSpec Spec, IActorRef Actor) job) ? await job.Actor.Ask<JobProtocol.Answer>(command, Options.AnswerTimeout, ct).ConfigureAwait(false) : null;

    /// <summary>Ends the jobs after their commits under way, writes their runs down, then stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        try
        {
            await Task.WhenAll(_jobs.Values.Select(j => j.Actor.Ask<JobProtocol.Answer>(JobProtocol.Finish.Instance, s_finishWithin))).ConfigureAwait(false);
            await _journal.Ask<JournalActor.Flushed>(JournalActor.Flush.Instance, s_finishWithin).ConfigureAwait(false);
        }
        catch (AskTimeoutException)
        {
            // A store that hangs must not keep the node from stopping: the next start finds the runs open and closes them.
        }

        await _system.Terminate().ConfigureAwait(false);
        _stopping.Dispose();
    }

    /// <summary>Closes the runs that a node left open when it died, and gives back those that say that their job is paused.</summary>
    private async Task<IReadOnlyDictionary<string, JobRun>> OpenPausesAsync()
    {
        IReadOnlyDictionary<string, JobRun> newest = await Lake.Operations.JobRuns.NewestAsync().ConfigureAwait(false);
        UnixMicros now = UnixMicros.From(Clock.GetUtcNow());
        foreach (JobRun run in newest.Values.Where(r => r.EndedAt is null && r.State != StateWord.Of(JobState.Paused)))
        {
            _journal.Tell(run with
            {
                State = StateWord.Of(JobState.Failed), EndedAt = now, ErrorKind = "node", ErrorMessage = $"The node {run.Node} ended without ending its runs: it was killed, or the machine stopped.",
            });
        }

        return newest.Values.Where(r => r.EndedAt is null && r.State == StateWord.Of(JobState.Paused)).ToDictionary(r => r.JobId);
    }

    private void StartJobs(IReadOnlyDictionary<string, JobRun> paused)
    {
        var silverBell = new CommitBell(Clock, Options.JobPollEvery);
        var judge = new BronzeJudge(Options.Silver.WireSchema, Options.Silver.Expectations, Options.Silver.OnSchemaDrift);
        IActorRef shards = SymbolShards.Start(_system, Options.Signals, new SymbolHistories(Lake.Silver));
        var symbols = new SymbolAsker(_system, shards, RunId, Options.AnswerTimeout);
        JobSpec[] jobs =
        [
            new(SilverJob.Id, Lake.Bronze.Table, new TailLimits(1_000, Options.SilverStepBytesMax), _bronzeBell, silverBell,
                (start, ct) => SilverJob.StartAsync(Lake, judge, RunId, start, Options.Silver.RebuildRowsMax, ct)) { Output = Lake.Silver.Table },
            new(GoldJob.Id, Lake.Silver.Table, new TailLimits(1_000, Options.GoldStepBytesMax), silverBell, _goldBell,
                (start, ct) => GoldJob.StartAsync(Lake, Options.Signals, symbols, Clock, start, ct)) { Output = Lake.Gold.Table },
        ];
        var node = new JobNode(Environment.MachineName, RunId, Jobs, _journal, Options.Backoff, Options.JournalEvery, Clock);
        foreach (JobSpec job in jobs)
        {
            _jobs.Add(job.Id, (job, _system.ActorOf(JobActor.Props(job, node, paused.GetValueOrDefault(job.Id)), job.Id)));
        }
    }

    private static Config ClusterDefaults() =>
        Akka.Cluster.Sharding.ClusterSharding.DefaultConfig()
            .WithFallback(Akka.Cluster.Tools.Singleton.ClusterSingleton.DefaultConfig())
            .WithFallback(Akka.DistributedData.DistributedData.DefaultConfig());

    private static void ThrowIfStopped(JobStatus job)
    {
        if (job.State == JobState.Failed)
        {
            throw new JobStoppedException($"The job {job.JobId} FAILED at position {job.Position}: {job.Error}");
        }

        if (job.State == JobState.Paused)
        {
            throw new JobStoppedException($"The job {job.JobId} is paused at position {job.Position}: what was written waits for it. Resume it with: jobs resume {job.JobId}");
        }
    }
}
