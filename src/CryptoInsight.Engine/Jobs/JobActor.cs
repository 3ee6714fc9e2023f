using Akka.Actor;
using Akka.Event;
using Akka.Streams;
using CryptoInsight.Domain.Market;
using CryptoInsight.Engine.Flows;
using CryptoInsight.Lake.Operations;

namespace CryptoInsight.Engine.Jobs;

/// <summary>Supervises one job's stream: starts it from the tables, starts it again after a fault, stops for good on a fault that time does not heal, and does what operators ask.</summary>
/// <remarks>Owns: the running stream. Supervised by the node's guardian. Loses on restart: nothing, positions are in the tables and a pause is in <c>ops_job_runs</c>.</remarks>
#pragma warning disable CA1001 // The actor system ends an actor by PostStop, which disposes what it holds.
public sealed class JobActor : ReceiveActor, IWithTimers
#pragma warning restore CA1001
{
    private readonly ISupervisedJob _job;
    private readonly JobNode _node;
    private readonly CancellationTokenSource _stopping = new();
    private readonly bool _startsPaused;
    private JobRun _run;
    private JobStatus _status;
    private Phase _phase = Phase.Off;
    private JobStart _start;
    private long _repairedAt = long.MaxValue;
    private IKillSwitch? _stream;
    private (object Wish, IActorRef Asker)? _wish;
    private UnixMicros _journaledAt;
    private long _registered = -2;
    private Task _registering = Task.CompletedTask;
    private int _streams;
    private int _runs;
    private int _fruitless;

    /// <param name="paused">The run that says that the job is paused, or null.</param>
    public JobActor(ISupervisedJob job, JobNode node, JobRun? paused)
    {
        _job = job;
        _node = node;
        _startsPaused = paused is not null;
        _run = paused ?? new JobRun("", job.Id, "IDLE", default, node.Name);
        _status = new JobStatus(job.Id, paused is null ? JobState.Idle : JobState.Paused, -1, -1, 0, 0, 0, 0, null) { Run = paused };
        Receive<Begin>(_ => StartStream());
        Receive<Started>(OnStarted, s => s.Stream == _streams);
        Receive<TableFlow.StepDone>(done => OnStep(done.Report));
        Receive<Ended>(OnEnded, e => e.Stream == _streams);
        Receive<Faulted>(OnFault, f => f.Stream == _streams);
        Receive<JobProtocol.ICommand>(OnCommand);
        Receive<JobProtocol.Finish>(_ => Wish(JobProtocol.Finish.Instance));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(ISupervisedJob job, JobNode node, JobRun? paused) => Akka.Actor.Props.Create(() => new JobActor(job, node, paused));

    private enum Phase
    {
        Off,
        Starting,
        Streaming,
        BackingOff,
    }

    private sealed class Begin : INotInfluenceReceiveTimeout, IDeadLetterSuppression, INoSerializationVerificationNeeded
    {
        public static readonly Begin Instance = new();
    }

    private sealed record Started(int Stream, OpenedJob Job) : INoSerializationVerificationNeeded;

    private sealed record Ended(int Stream, StepOutcome.StartAgain? Why) : INoSerializationVerificationNeeded;

    private sealed record Faulted(int Stream, Exception Cause) : INoSerializationVerificationNeeded;

    protected override void PreStart()
    {
        Publish(_status);
        if (!_startsPaused)
        {
            StartRun(JobState.Running, JobStart.Position);
        }
    }

    protected override void PostStop()
    {
        _stream?.Shutdown();
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private void OnCommand(JobProtocol.ICommand command)
    {
        switch (command)
        {
            case JobProtocol.Pause when _status.State == JobState.Paused:
                Sender.Tell(new JobProtocol.Answer(false, $"{_job.Id} is paused already."));
                break;
            case JobProtocol.Resume when _status.State != JobState.Paused:
                Sender.Tell(new JobProtocol.Answer(false, $"{_job.Id} is not paused: it is {StateWord.Of(_status.State)}."));
                break;
            default:
                Wish(command);
                break;
        }
    }

    /// <summary>Whatever is wished for, the stream ends first, after the commit under way.</summary>
    private void Wish(object wish)
    {
        if (_wish is not null)
        {
            Sender.Tell(new JobProtocol.Answer(false, $"{_job.Id} is still busy with what it was told before; try again in a moment."));
            return;
        }

        _wish = (wish, Sender);
        if (_phase == Phase.Streaming)
        {
            _stream!.Shutdown();
        }
        else if (_phase != Phase.Starting) // a start under way ends by Started or Faulted
        {
            Grant();
        }
    }

    private void Grant()
    {
        (object wish, IActorRef asker) = _wish!.Value;
        _wish = null;
        _phase = Phase.Off;
        _streams++; // whatever an earlier stream still says is not heard any more
        Timers.CancelAll();
        switch (wish)
        {
            case JobProtocol.Pause pause:
                EndRun(JobState.Succeeded);
                NewRun(JobState.Paused);
                Tell(pause, "job_paused", $"{_job.Id} was paused", $"{_job.Id} 작업을 일시 중지했습니다");
                break;
            case JobProtocol.Resume resume:
                EndRun(JobState.Paused);
                Tell(resume, "job_resumed", $"{_job.Id} was resumed", $"{_job.Id} 작업을 다시 시작했습니다");
                StartRun(JobState.Running, JobStart.Position);
                break;
            case JobProtocol.Repair repair:
                EndRun(_status.State == JobState.Paused ? JobState.Paused : JobState.Succeeded);
                bool isWhole = repair.From == JobStart.Beginning;
                Tell(repair, "job_repair", $"{_job.Id} is being repaired {(isWhole ? "from the start" : "from its position")}", $"{_job.Id} 작업을 {(isWhole ? "처음부터" : "마지막 위치부터")} 복구합니다");
                StartRun(JobState.Repairing, repair.From);
                break;
            default:
                if (_status.State != JobState.Paused) // a pause outlives the node
                {
                    EndRun(JobState.Succeeded);
                }

                break;
        }

        asker.Tell(new JobProtocol.Answer(true, $"{_job.Id} is {StateWord.Of(_status.State)}."));
    }

    private void StartRun(JobState state, JobStart start)
    {
        _start = start;
        _fruitless = 0;
        _repairedAt = state == JobState.Repairing ? _job.Newest : long.MaxValue;
        if (start == JobStart.Beginning)
        {
            _status = _status with { Position = -1 }; // whoever waits for the job waits for this run
        }

        NewRun(state);
        StartStream();
    }

    private void NewRun(JobState state)
    {
        _run = new JobRun($"{_node.RunId}/{_job.Id}/{++_runs}", _job.Id, StateWord.Of(state), Now(), _node.Name) { InputVersion = _status.Position, OutputVersion = _status.OutputVersion };
        Publish(_status with { State = state, Error = null });
        Journal();
    }

    /// <summary>Ends the run that is open, if one is.</summary>
    private void EndRun(JobState state)
    {
        if (_run.RunId.Length > 0 && _run.EndedAt is null)
        {
            _run = _run with { State = StateWord.Of(state), EndedAt = Now() };
            Publish(_status with { State = state });
            Journal();
        }
    }

    private void StartStream()
    {
        _phase = Phase.Starting;
        int stream = ++_streams;
        _job.OpenAsync(_start, _stopping.Token).PipeTo(Self, success: job => new Started(stream, job), failure: cause => new Faulted(stream, cause));
    }

    private void OnStarted(Started started)
    {
        if (_wish is not null)
        {
            Grant();
            return;
        }

        _run = _run with { InputVersion = started.Job.Position };
        Publish(_status with { Position = started.Job.Position, Error = null });
        EndRepairAt(started.Job.Position);
        (IKillSwitch stop, Task<StepOutcome.StartAgain?> finished) = started.Job.Run(Self, Context.Materializer());
        _stream = stop;
        _phase = Phase.Streaming;
        finished.PipeTo(Self, success: why => new Ended(started.Stream, why), failure: cause => new Faulted(started.Stream, cause));
    }

    private void OnStep(StepReport report)
    {
        _fruitless = 0;
        _start = JobStart.Position; // what is committed need not be done from the beginning again
        _run = _run with
        {
            InputVersion = report.InputVersion,
            OutputVersion = report.OutputVersion,
            RowsIn = _run.RowsIn + report.RowsIn,
            RowsAccepted = _run.RowsAccepted + report.RowsAccepted,
            RowsSuperseded = _run.RowsSuperseded + report.RowsSuperseded,
            RowsUnchanged = _run.RowsUnchanged + report.RowsUnchanged,
            RowsQuarantined = _run.RowsQuarantined + report.RowsQuarantined,
        };
        Publish(_status with
        {
            Position = report.InputVersion,
            OutputVersion = report.OutputVersion,
            RowsIn = _status.RowsIn + report.RowsIn,
            RowsOut = _status.RowsOut + report.RowsOut,
            RowsQuarantined = _status.RowsQuarantined + report.RowsQuarantined,
        });
        EndRepairAt(report.InputVersion);
        if (Now() - _journaledAt >= (long)_node.JournalEvery.TotalMicroseconds)
        {
            Journal();
        }
    }

    private void EndRepairAt(long position)
    {
        if (_status.State == JobState.Repairing && position >= _repairedAt)
        {
            _run = _run with { State = StateWord.Of(JobState.Running) };
            Publish(_status with { State = JobState.Running });
            Journal();
        }
    }

    private void OnEnded(Ended ended)
    {
        if (ended.Why?.Committed is { } report)
        {
            OnStep(report);
        }

        if (_wish is not null)
        {
            Grant();
            return;
        }

        if (ended.Why is null && _job.EndsByItself)
        {
            _phase = Phase.Off;
            EndRun(JobState.Succeeded);
            return;
        }

        Context.System.Log.Info("Job {0} starts again: {1}", _job.Id, ended.Why?.Why ?? "its stream ended");
        _run = _run with { Attempt = _run.Attempt + 1 };
        if (ended.Why?.Committed is null && ++_fruitless > 1)
        {
            StartLater(); // somebody else moves the table again and again: do not race in a circle
        }
        else
        {
            StartStream();
        }
    }

    private void OnFault(Faulted faulted)
    {
        Exception cause = faulted.Cause is AggregateException { InnerExceptions.Count: 1 } one ? one.InnerExceptions[0] : faulted.Cause;
        if (cause is OperationCanceledException && _stopping.IsCancellationRequested)
        {
            return;
        }

        if (_wish is not null)
        {
            Grant(); // the run ends anyway; what it did not commit is done by the next one
            return;
        }

        JobFault fault = JobFault.Of(cause, ++_fruitless);
        _run = _run with { ErrorKind = fault.Kind, ErrorMessage = cause.Message, ErrorDetail = cause.ToString() };
        if (fault.IsTransient)
        {
            _run = _run with { Attempt = _run.Attempt + 1 };
            Publish(_status with { Restarts = _status.Restarts + 1, Error = cause.Message });
            Context.System.Log.Warning("Job {0} failed and starts again: {1}", _job.Id, cause.Message);
            StartLater();
            Journal();
        }
        else
        {
            _phase = Phase.Off;
            _status = _status with { Error = cause.Message };
            EndRun(JobState.Failed);
            Context.System.Log.Error(cause, "Job {0} FAILED ({1}) and will not start by itself; `jobs repair {0}` starts it again", _job.Id, fault.Kind);
        }
    }

    private void StartLater()
    {
        _phase = Phase.BackingOff;
        Timers.StartSingleTimer("begin", Begin.Instance, _node.Backoff.After(_fruitless));
    }

    private void Publish(JobStatus status) => _node.Board.Publish(_status = status with { Run = _run.RunId.Length > 0 ? _run : null });

    private void Journal()
    {
        _journaledAt = Now();
        _node.Journal.Tell(_run);
        Register();
    }

    /// <summary>Tells the source how far the job is, so that nobody cleans away what it still has to read: also while it is paused or FAILED.</summary>
    private void Register()
    {
        if (_run.InputVersion != _registered && _registering.IsCompleted)
        {
            _registered = _run.InputVersion;
            ILoggingAdapter log = Context.System.Log;
            _registering = _job.RegisterAsync(_registered, _stopping.Token).ContinueWith(
                failed => log.Warning("Job {0} could not register its position, {1}", _job.Id, failed.Exception!.InnerException!.Message),
                CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private void Tell(JobProtocol.ICommand command, string kind, string english, string korean) =>
        _node.Journal.Tell(new LakeEvent($"{_run.RunId}/{kind}", Now(), kind, "INFO", command.By, english + ".", korean + ".") { JobId = _job.Id });

    private UnixMicros Now() => UnixMicros.From(_node.Clock.GetUtcNow());
}
