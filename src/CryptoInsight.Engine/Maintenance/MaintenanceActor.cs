using Akka.Actor;
using Akka.Event;
using CryptoInsight.Delta;
using CryptoInsight.Domain.Market;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Engine.Options;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Operations;

namespace CryptoInsight.Engine.Maintenance;

/// <summary>Looks at the tables, has the policy decide, and has one piece of work done at a time: compaction, VACUUM, log cleanup, retention of dead letters.</summary>
/// <remarks>Owns: the piece under way. One of the lake, on one of the nodes that carry maintenance (a cluster singleton). Loses on restart and when it moves: schedules count from there again, everything else is
/// in the tables; a pause is in <c>ops_job_runs</c>, and is read before anything is done. A piece that fails leaves the table alone for a while and is decided anew.</remarks>
#pragma warning disable CA1001 // The actor system ends an actor by PostStop, which disposes what it holds.
public sealed class MaintenanceActor : ReceiveActor, IWithTimers, IWithUnboundedStash
#pragma warning restore CA1001
{
    /// <summary>As in the replaced pipeline's list of jobs.</summary>
    public const string Id = "maintenance";

    /// <summary>The role of nodes that carry it.</summary>
    public const string Role = "maintenance";

    private readonly LakeTables _lake;
    private readonly MaintenanceOptions _options;
    private readonly JobNode _node;
    private readonly UpkeepWork _work;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<string, TableLoad> _loads = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Table, string Reader), int> _toldAt = [];
    private UpkeepState _state;
    private JobRun _run;
    private bool _isPaused;
    private bool _isLooking;
    private CompactionSpec? _underWay;
    private IActorRef? _finisher;
    private int _pieces;
    private int _runs;

    public MaintenanceActor(LakeTables lake, EngineOptions options, JobNode node)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(node);
        (_lake, _options, _node) = (lake, options.Maintenance, node);
        _work = new UpkeepWork(lake, options.Maintenance, options.Silver.DeadLetterRetention, node.Clock);
        _state = new UpkeepState(node.Clock.GetUtcNow());
        _run = NewRun(JobState.Running);
        Become(Opening);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public IStash Stash { get; set; } = null!;

    public static Props Props(LakeTables lake, EngineOptions options, JobNode node) => Akka.Actor.Props.Create(() => new MaintenanceActor(lake, options, node));

    private sealed class Look : INotInfluenceReceiveTimeout, IDeadLetterSuppression, INoSerializationVerificationNeeded
    {
        public static readonly Look Instance = new();
    }

    private sealed class Open : IDeadLetterSuppression, INoSerializationVerificationNeeded
    {
        public static readonly Open Instance = new();
    }

    private sealed record Opened(JobRun? Newest) : INoSerializationVerificationNeeded;

    private sealed record Unopened(Exception Cause) : INoSerializationVerificationNeeded;

    private sealed record Looked(string? Trouble) : INoSerializationVerificationNeeded;

    private sealed record Wished(MaintenanceProtocol.RunNow Wish) : INoSerializationVerificationNeeded;

    private sealed record Failed(CompactionSpec Spec, Exception Cause) : INoSerializationVerificationNeeded;

    private sealed record Slow(string Table, ReaderPastLimit Reader) : INoSerializationVerificationNeeded;

    protected override void PreStart()
    {
        IActorRef self = Self;
        _lake.ReaderAlerts.Listen((table, reader) => self.Tell(new Slow(table, reader)));
        Self.Tell(Open.Instance);
    }

    protected override void PostStop()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private void Opening()
    {
        Receive<Open>(_ => FindRunAsync().PipeTo(Self, failure: cause => new Unopened(cause)));
        Receive<Opened>(OnOpened);
        Receive<Unopened>(unopened =>
        {
            Context.System.Log.Warning("Whether maintenance is paused could not be read and is tried again in {0}: {1}", _options.LookEvery, unopened.Cause.Message);
            Timers.StartSingleTimer("open", Open.Instance, _options.LookEvery);
        });
        Receive<JobProtocol.Finish>(_ => Stopped(Sender));
        ReceiveAny(_ => Stash.Stash());
    }

    private async Task<Opened> FindRunAsync() =>
        new((await _lake.Operations.JobRuns.NewestAsync().ConfigureAwait(false)).GetValueOrDefault(Id));

    private void OnOpened(Opened opened)
    {
        if (opened.Newest is { EndedAt: null } paused && paused.State == StateWord.Of(JobState.Paused))
        {
            (_isPaused, _run) = (true, paused);
        }
        else
        {
            if (opened.Newest is { EndedAt: null } left)
            {
                _node.Journal.Tell(JobFault.Abandoned(left, Now()));
            }

            _node.Journal.Tell(_run);
        }

        Publish();
        Become(Working);
        Stash.UnstashAll();
        Timers.StartPeriodicTimer("look", Look.Instance, _options.FirstAfter, _options.LookEvery);
    }

    private void Working()
    {
        Receive<Look>(_ => LookAtTables());
        Receive<Looked>(OnLooked);
        Receive<UpkeepReport>(OnDone);
        Receive<Failed>(OnFailed);
        Receive<JobProtocol.Pause>(OnPause);
        Receive<JobProtocol.Resume>(OnResume);
        Receive<JobProtocol.Repair>(_ => Answer(false, $"{Id} has nothing to repair: it keeps no position. Run it now instead."));
        Receive<JobProtocol.Finish>(_ => OnFinish());
        Receive<MaintenanceProtocol.RunNow>(wish => RefreshAsync().PipeTo(Self, Sender, success: _ => new Wished(wish), failure: _ => new Wished(wish)));
        Receive<Wished>(wished => OnRunNow(wished.Wish));
        Receive<Slow>(OnSlow);
    }

    private void LookAtTables()
    {
        if (!_isLooking && !_isPaused && _underWay is null && _finisher is null)
        {
            _isLooking = true;
            RefreshAsync().PipeTo(Self, success: trouble => new Looked(trouble), failure: cause => new Looked(cause.Message));
        }
    }

    /// <summary>Learns what other nodes wrote; what it could not learn, it says.</summary>
    private async Task<string?> RefreshAsync()
    {
        string? trouble = null;
        foreach ((string name, DeltaTable table) in _lake.All)
        {
            try
            {
                await table.RefreshAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or DeltaException)
            {
                trouble = $"{name}: {e.Message}"; // the others are looked after all the same
            }
        }

        return trouble;
    }

    private void OnLooked(Looked looked)
    {
        _isLooking = false;
        if (looked.Trouble is { } trouble && !_stopping.IsCancellationRequested)
        {
            Context.System.Log.Warning("Maintenance goes by what it knew of {0}", trouble);
        }

        if (_isPaused || _underWay is not null || _finisher is not null)
        {
            return;
        }

        (_underWay, _state) = CompactionPolicy.Next(Loads(), _options, _state, _node.Clock.GetUtcNow());
        if (_underWay is { } spec)
        {
            _work.RunAsync(spec, _stopping.Token).PipeTo(Self, failure: cause => new Failed(spec, cause));
        }
    }

    // A table is looked through only if it has changed.
    private List<TableLoad> Loads()
    {
        foreach ((string name, DeltaTable table) in _lake.All)
        {
            if (!_loads.TryGetValue(name, out TableLoad? known) || known.Version != table.Snapshot.Version)
            {
                _loads[name] = TableLoad.Of(name, table, _options.Tables[name]);
            }
        }

        return [.. _loads.Values];
    }

    private void OnDone(UpkeepReport report)
    {
        _state = CompactionPolicy.Ended(_state, report.Spec.Table, report.IsDone, _node.Clock.GetUtcNow());
        if (report.HasChanged || report.Spec.Cause == UpkeepCause.Operator)
        {
            _node.Journal.Tell(report.ToEvent($"{_run.RunId}/{++_pieces}", Now()));
        }

        if (report.IsDone && _run.ErrorKind is not null)
        {
            _run = _run with { ErrorKind = null, ErrorMessage = null, ErrorDetail = null };
            _node.Journal.Tell(_run);
        }

        Publish();
        EndPiece();
    }

    private void OnFailed(Failed failed)
    {
        Exception cause = failed.Cause is AggregateException { InnerExceptions.Count: 1 } one ? one.InnerExceptions[0] : failed.Cause;
        if (!_stopping.IsCancellationRequested)
        {
            string table = failed.Spec.Table;
            _state = CompactionPolicy.Ended(_state, table, isDone: false, _node.Clock.GetUtcNow());
            DateTimeOffset until = _state.Failing[table].Until;
            _run = _run with { ErrorKind = JobFault.Of(cause, 1).Kind, ErrorMessage = $"{failed.Spec.Kind} of {table}: {cause.Message}", ErrorDetail = cause.ToString(), Attempt = _run.Attempt + 1 };
            _node.Journal.Tell(_run);
            _node.Journal.Tell(new LakeEvent(
                $"{_run.RunId}/{++_pieces}", Now(), "maintenance_failed", "WARNING", Id,
                $"{failed.Spec.Kind} of {table} failed and is tried again after {until:HH:mm:ss} UTC: {cause.Message}", $"{table} 테이블의 유지 관리 작업이 실패했으며 {until:HH:mm:ss} UTC 이후 다시 시도합니다: {cause.Message}") { TableName = table });
            Context.System.Log.Warning("Maintenance of {0} failed and is tried again after {1:u}: {2}", table, until, cause.Message);
            Publish(cause.Message);
        }

        EndPiece();
    }

    // Log cleanup and VACUUM both ask: told once a day is enough.
    private void OnSlow(Slow slow)
    {
        UnixMicros now = Now();
        if (_toldAt.TryGetValue((slow.Table, slow.Reader.Name), out int day) && day == now.Day)
        {
            return;
        }

        _toldAt[(slow.Table, slow.Reader.Name)] = now.Day;
        int days = (int)slow.Reader.Waiting.TotalDays;
        string english = slow.Reader.IsHeldFor ? "what it has still to read is kept, and the table grows" : "what it has still to read is kept no more";
        string korean = slow.Reader.IsHeldFor ? "읽지 않은 내용은 계속 보존되어 테이블이 커집니다" : "읽지 않은 내용은 더 이상 보존되지 않습니다";
        _node.Journal.Tell(new LakeEvent(
            $"{_run.RunId}/{++_pieces}", now, "reader_behind", "HIGH", Id,
            $"The reader {slow.Reader.Name} of {slow.Table} has stood at version {slow.Reader.Position} for {days} days: {english}. Repair or resume it, or unregister it.",
            $"{slow.Table} 테이블의 리더 {slow.Reader.Name}이(가) {days}일째 버전 {slow.Reader.Position}에 머물러 있습니다: {korean}. 복구하거나 재개하거나 등록을 해제하십시오.") { TableName = slow.Table });
    }

    private void EndPiece()
    {
        _underWay = null;
        if (_finisher is not null)
        {
            EndRun();
        }
        else
        {
            Self.Tell(Look.Instance); // the duty cycle rests within the work, not between its pieces
        }
    }

    private void OnPause(JobProtocol.Pause pause)
    {
        if (_isPaused)
        {
            Answer(false, $"{Id} is paused already.");
            return;
        }

        _isPaused = true;
        _node.Journal.Tell(_run with { State = StateWord.Of(JobState.Succeeded), EndedAt = Now() });
        _run = NewRun(JobState.Paused);
        _node.Journal.Tell(_run);
        Note(pause.By, "job_paused", $"{Id} was paused.", $"{Id} 작업을 일시 중지했습니다.");
        Publish();
        Answer(true, _underWay is { } spec ? $"{Id} is PAUSED; what is under way ({spec.Kind} of {spec.Table}) ends first." : $"{Id} is PAUSED.");
    }

    private void OnResume(JobProtocol.Resume resume)
    {
        if (!_isPaused)
        {
            Answer(false, $"{Id} is not paused.");
            return;
        }

        _isPaused = false;
        _node.Journal.Tell(_run with { EndedAt = Now() });
        Note(resume.By, "job_resumed", $"{Id} was resumed.", $"{Id} 작업을 다시 시작했습니다.");
        _run = NewRun(JobState.Running);
        _node.Journal.Tell(_run);
        Publish();
        Answer(true, $"{Id} is RUNNING.");
        Self.Tell(Look.Instance);
    }

    private void OnRunNow(MaintenanceProtocol.RunNow wish)
    {
        if (_finisher is not null)
        {
            Answer(false, $"{Id} is ending with its node; tell it again once it runs elsewhere.");
            return;
        }

        if (wish.Table is { } named && !_lake.All.ContainsKey(named))
        {
            Answer(false, $"There is no table of that name ({named.Length} characters); there are {string.Join(", ", _lake.All.Keys)}.");
            return;
        }

        List<CompactionSpec> work = [.. Loads()
            .Where(l => wish.Table is null || l.Table == wish.Table)
            .SelectMany(l => CompactionPolicy.Everything(l, _options, _node.Clock.GetUtcNow(), wish.DryRun))
            .Where(w => wish.Kind is null || w.Kind == wish.Kind)];
        if (wish.DryRun)
        {
            TellAsync(work, _stopping.Token).PipeTo(Sender, failure: cause => new JobProtocol.Answer(false, cause.Message));
        }
        else if (_isPaused)
        {
            Answer(false, $"{Id} is paused; resume it first.");
        }
        else
        {
            _state = CompactionPolicy.Asked(_state, work);
            Note(wish.By, "maintenance_asked", $"{Id} was asked to look after {wish.Table ?? "all tables"} now.", $"{wish.Table ?? "모든 테이블"}의 유지 관리를 즉시 실행하도록 요청했습니다.");
            Answer(true, $"{Id} does {work.Count} pieces of work now; each leaves a row in {EventsTable.Name}.");
            Self.Tell(Look.Instance);
        }
    }

    private async Task<object> TellAsync(List<CompactionSpec> work, CancellationToken ct)
    {
        List<string> told = [];
        foreach (CompactionSpec spec in work)
        {
            UpkeepReport report = await _work.RunAsync(spec, ct).ConfigureAwait(false);
            if (report.HasChanged)
            {
                told.Add(report.English);
            }
        }

        return new JobProtocol.Answer(true, told.Count == 0 ? "Dry run: there is nothing to do." : string.Join('\n', told));
    }

    private void OnFinish()
    {
        _finisher = Sender;
        _stopping.Cancel();
        if (_underWay is null)
        {
            EndRun();
        }
    }

    private void EndRun()
    {
        if (!_isPaused) // a pause outlives the node
        {
            _run = _run with { State = StateWord.Of(JobState.Succeeded), EndedAt = Now() };
            _node.Journal.Tell(_run);
        }

        Stopped(_finisher!);
    }

    private void Stopped(IActorRef finisher)
    {
        if (!finisher.Equals(Context.Parent)) // the parent moves it, and sees that it stops
        {
            finisher.Tell(new JobProtocol.Answer(true, $"{Id} has ended."));
        }

        Context.Stop(Self);
    }

    private JobRun NewRun(JobState state) => new($"{_node.RunId}/{Id}/{++_runs}", Id, StateWord.Of(state), Now(), _node.Name);

    private void Publish(string? error = null) =>
        _node.Board.Publish(new JobStatus(Id, _isPaused ? JobState.Paused : JobState.Running, -1, -1, 0, 0, 0, 0, error) { Run = _run });

    private void Note(string by, string kind, string english, string korean) => _node.Journal.Tell(new LakeEvent($"{_run.RunId}/{kind}/{Now()}", Now(), kind, "INFO", by, english, korean) { JobId = Id });

    private void Answer(bool isDone, string text) => Sender.Tell(new JobProtocol.Answer(isDone, text));

    private UnixMicros Now() => UnixMicros.From(_node.Clock.GetUtcNow());
}
