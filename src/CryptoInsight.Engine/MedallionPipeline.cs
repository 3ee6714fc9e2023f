using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Event;
using Akka.Streams;
using Akka.Streams.Dsl;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Log;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Positions;
using CryptoInsight.Domain.Sentiment;
using CryptoInsight.Engine.Budget;
using CryptoInsight.Engine.Flows;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Engine.Maintenance;
using CryptoInsight.Engine.Operations;
using CryptoInsight.Engine.Options;
using CryptoInsight.Engine.Symbols;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Operations;
using CryptoInsight.Sources.FearGreed;

namespace CryptoInsight.Engine;

/// <summary>START HERE: the whole running system on one page.</summary>
/// <remarks>
/// <code>
/// files ────────┐                             (the index and the positions beside them: SentimentJobs)
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

    /// <summary>Above what a thousand snapshots take together, far below what their histories take.</summary>
    private static readonly TimeSpan s_snapshotPatience = TimeSpan.FromSeconds(3);

    /// <summary>A start has more urgent things to do than to show series that ended days ago.</summary>
    private static readonly TimeSpan s_oldSignalsAfter = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan s_oldSignalsAgain = TimeSpan.FromMinutes(1);

    private readonly ActorSystem _system;
    private readonly IMaterializer _materializer;
    private readonly CommitBell _bronzeBell;
    private readonly CommitBell _goldBell;
    private readonly SentimentJobs _sentiment;
    private readonly ConcurrentDictionary<string, (ISupervisedJob Job, IActorRef Actor)> _jobs = new(StringComparer.Ordinal);
    private readonly IActorRef _journal;
    private readonly JobNode _node;
    private readonly CancellationTokenSource _stopping = new();
    private IReadOnlyDictionary<string, JobRun> _paused = new Dictionary<string, JobRun>();
    private IActorRef _maintenance = Nobody.Instance;

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
        _sentiment = new SentimentJobs(lake, clock, runId, options.JobPollEvery, _goldBell);
        _journal = system.ActorOf(JournalActor.Props(lake.Operations), "journal");
        _node = new JobNode(Environment.MachineName, runId, Jobs, _journal, options.Backoff, options.JournalEvery, clock);
    }

    /// <summary>The ids of all jobs.</summary>
    public static IReadOnlyList<string> JobIds { get; } = [IngestJob.Id, SilverJob.Id, GoldJob.Id, .. SentimentJobs.Ids, MaintenanceActor.Id];

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
    /// <param name="lake">The tables.</param>
    /// <param name="options">The settings.</param>
    /// <param name="clock">The node's clock.</param>
    /// <param name="runId">Names this run.</param>
    /// <param name="ingestsOnly">True for a node that fills Bronze and leaves the other jobs to others, or to later.</param>
    public static async Task<MedallionPipeline> StartAsync(LakeTables lake, EngineOptions options, TimeProvider clock, string runId, bool ingestsOnly = false)
    {
        ArgumentNullException.ThrowIfNull(options);
        SnapshotDatabase? snapshots = SnapshotDatabase.Of(options.Snapshots, lake.Location.Root);
        string? damage = snapshots?.Prepare();
        Config roles = WeightSingleton.WithRole(ShippedConfig.Akka, options.Ingest.Egress);
        BootstrapSetup setup = BootstrapSetup.Create().WithConfig((ingestsOnly ? roles : RoleSingleton.WithRole(roles, MaintenanceActor.Role)).WithFallback(ClusterDefaults()).WithFallback(SnapshotDatabase.Config));
        ActorSystem system = ActorSystem.Create("cryptoinsight", snapshots is null ? ActorSystemSetup.Create(setup) : ActorSystemSetup.Create(setup, snapshots.Setup()));
        if (damage is not null)
        {
            system.Log.Warning("{0}", damage);
        }

        var cluster = Akka.Cluster.Cluster.Get(system);
        await cluster.JoinAsync(cluster.SelfAddress).ConfigureAwait(false);
        var pipeline = new MedallionPipeline(system, system.Materializer(), lake, options, clock, runId);
        pipeline._paused = await pipeline.OpenPausesAsync().ConfigureAwait(false);
        if (!ingestsOnly)
        {
            pipeline.StartJobs();
        }

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

    /// <summary>Takes part in the weight budget of an egress: the gate in front of every request to the exchange.</summary>
    public SharedWeightGate OpenGate(WeightTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        return new SharedWeightGate(_system, WeightSingleton.Start(_system, terms, RunId, Clock), RunId, terms.Now, Clock);
    }

    /// <summary>Starts job 01a, which follows the exchange: what is missing is fetched first, then every candle as it closes.</summary>
    public void Ingest(ExchangeFeed exchange, IngestMode mode = IngestMode.Forever) => Supervise(new IngestJob(Lake, Options.Ingest, exchange, mode, _bronzeBell));

    /// <summary>Starts job 01b, which follows the Fear and Greed index.</summary>
    public void Ingest(PolledSource<RawFearGreed> index) => Supervise(_sentiment.Follow(index));

    /// <summary>Starts job 01c, which follows the top traders' positions.</summary>
    public void Ingest(PolledSource<RawPosition> leaderboard) => Supervise(_sentiment.Follow(leaderboard));

    /// <summary>Replays a recorded index; ends when its values are durable in Gold. Returns the rows added to Bronze.</summary>
    public async Task<int> ReplayAsync(FearGreedFile file, CancellationToken ct)
    {
        int added = await ReplayFearGreed.RunAsync(file, Lake.FearGreed.Bronze, RunId, UnixMicros.From(Clock.GetUtcNow()), ct).ConfigureAwait(false);
        _sentiment.FearGreedBell.Ring();
        await CaughtUpAsync(FearGreedRules.Id, ct).ConfigureAwait(false);
        await CaughtUpAsync(FearGreedDerivation.Id, ct).ConfigureAwait(false);
        await IndexShownAsync(ct).ConfigureAwait(false);
        return added;
    }

    /// <summary>Waits until Gold's signals show the index as it is now; at once where there are no signals yet, for the first ones will.</summary>
    private async Task IndexShownAsync(CancellationToken ct)
    {
        long index = Lake.FearGreed.Silver.Table.Snapshot.Version;
        while (true)
        {
            Task next = _goldBell.Next;
            ThrowIfStopped(await Jobs.ReachedAsync(GoldJob.Id, -1, ct).ConfigureAwait(false));
            Snapshot gold = await Lake.Gold.Table.RefreshAsync(ct).ConfigureAwait(false);
            if (gold.TransactionVersion(GoldJob.ChartsPosition) is null || gold.TransactionVersion(GoldJob.IndexPosition) >= index)
            {
                return;
            }

            await _goldBell.WaitAsync(next, ct).ConfigureAwait(false);
        }
    }

    /// <summary>Keeps the board of newest signals up to date from Gold.</summary>
    public Task ShowAsync() =>
        GoldToDashboard.Graph(Lake.Gold, Signals, _goldBell, new TailLimits(1_000, Options.GoldStepBytesMax), Task.Delay(s_oldSignalsAfter, Clock, _stopping.Token), TryLaterAsync).Run(_materializer).Finished;

    private Task TryLaterAsync(Exception cause)
    {
        _system.Log.Warning("The page lacks series that ended days ago, tried again in {0}: {1}", s_oldSignalsAgain, cause.Message);
        return Task.Delay(s_oldSignalsAgain, Clock, _stopping.Token);
    }

    /// <summary>Waits until every row of Bronze as it is now has its verdict, and Gold shows it; throws if a job FAILED or is paused.</summary>
    public async Task CaughtUpAsync(CancellationToken ct)
    {
        await CaughtUpAsync(SilverJob.Id, ct).ConfigureAwait(false);
        await CaughtUpAsync(GoldJob.Id, ct).ConfigureAwait(false);
    }

    /// <summary>Waits until a job has taken in its source as it is now.</summary>
    public async Task CaughtUpAsync(string jobId, CancellationToken ct) =>
        ThrowIfStopped(await Jobs.ReachedAsync(jobId, _jobs[jobId].Job.Newest, ct).ConfigureAwait(false));

    /// <summary>Tells a job to pause, resume or repair; null if there is no job of that id.</summary>
    public async Task<JobProtocol.Answer?> TellAsync(string jobId, JobProtocol.ICommand command, CancellationToken ct) =>
        ActorOf(jobId) is { } actor ? await actor.Ask<JobProtocol.Answer>(command, Options.AnswerTimeout, ct).ConfigureAwait(false) : null;

    /// <summary>Has the lake looked after now, whatever the schedule says.</summary>
    public Task<JobProtocol.Answer> TellAsync(MaintenanceProtocol.RunNow wish, CancellationToken ct) => _maintenance.Ask<JobProtocol.Answer>(wish, Options.AnswerTimeout, ct);

    /// <summary>Ends the jobs after their commits under way, writes their runs down, then stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await InTimeAsync(Task.WhenAll([FinishMaintenanceAsync(), .. _jobs.Values.Select(j => FinishAsync(j.Actor))])).ConfigureAwait(false);
        await InTimeAsync(_journal.Ask<JournalActor.Flushed>(JournalActor.Flush.Instance, s_finishWithin)).ConfigureAwait(false);

        await _system.Terminate().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private static Task FinishAsync(IActorRef job) => job.Ask<JobProtocol.Answer>(JobProtocol.Finish.Instance, s_finishWithin);

    /// <summary>If it lives on this node; on another one it goes on.</summary>
    private async Task FinishMaintenanceAsync()
    {
        if (await RoleSingleton.FindHereAsync(_system, MaintenanceActor.Id, s_finishWithin).ConfigureAwait(false) is { } maintenance)
        {
            await FinishAsync(maintenance).ConfigureAwait(false);
        }
    }

    /// <summary>A store that hangs must not keep the node from stopping: the next start finds the runs open and closes them.</summary>
    private static async Task InTimeAsync(Task ending)
    {
        try
        {
            await ending.ConfigureAwait(false);
        }
        catch (AskTimeoutException)
        {
            // said above
        }
    }

    /// <summary>Closes the runs that a node left open when it died, and gives back those that say that their job is paused.</summary>
    private async Task<IReadOnlyDictionary<string, JobRun>> OpenPausesAsync()
    {
        IReadOnlyDictionary<string, JobRun> newest = await Lake.Operations.JobRuns.NewestAsync().ConfigureAwait(false);
        UnixMicros now = UnixMicros.From(Clock.GetUtcNow());
        foreach (JobRun run in newest.Values.Where(r => r.EndedAt is null && r.State != StateWord.Of(JobState.Paused) && r.JobId != MaintenanceActor.Id))
        {
            _journal.Tell(JobFault.Abandoned(run, now));
        }

        return newest.Values.Where(r => r.EndedAt is null && r.State == StateWord.Of(JobState.Paused)).ToDictionary(r => r.JobId);
    }

    private void StartJobs()
    {
        var silverBell = new CommitBell(Clock, Options.JobPollEvery);
        var judge = new BronzeJudge(Options.Silver.WireSchema, Options.Silver.Expectations, Options.Silver.OnSchemaDrift);
        ISnapshotShelf shelf = SnapshotDatabase.Of(Options.Snapshots, Lake.Location.Root) is null
            ? NoSnapshots.Instance
            : new SqlSnapshotShelf(_system, Options.Snapshots.EveryVersions, s_snapshotPatience, Clock);
        IActorRef shards = SymbolShards.Start(_system, new SymbolSources(Lake, Options.Signals, shelf));
        var symbols = new SymbolAsker(_system, shards, RunId, Options.AnswerTimeout);
        JobSpec[] jobs =
        [
            new(SilverJob.Id, Lake.Bronze.Table, new TailLimits(1_000, Options.SilverStepBytesMax), _bronzeBell, silverBell,
                (start, ct) => SilverJob.StartAsync(Lake, judge, RunId, start, Options.Silver.RebuildRowsMax, ct)) { Output = Lake.Silver.Table },
            new(GoldJob.Id, Lake.Silver.Table, new TailLimits(1_000, Options.GoldStepBytesMax), silverBell, _goldBell,
                (start, ct) => GoldJob.StartAsync(Lake, Options.Signals, symbols, shelf, Clock, start, Options.GoldRebuildRowsMax, ct)) { Output = Lake.Gold.Table },
            .. _sentiment.Specs(),
        ];
        foreach (JobSpec job in jobs)
        {
            Supervise(job);
        }

        _maintenance = RoleSingleton.Start(_system, MaintenanceActor.Role, MaintenanceActor.Id, MaintenanceActor.Props(Lake, Options, _node), JobProtocol.Finish.Instance);
    }

    private void Supervise(ISupervisedJob job) =>
        _jobs[job.Id] = (job, _system.ActorOf(JobActor.Props(job, _node, _paused.GetValueOrDefault(job.Id)), job.Id));

    private IActorRef? ActorOf(string jobId) => jobId == MaintenanceActor.Id && !_maintenance.IsNobody() ? _maintenance : _jobs.TryGetValue(jobId, out (ISupervisedJob Job, IActorRef Actor) job) ? job.Actor : null;

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
