using Akka.Actor;
using Akka.Event;
using Akka.Streams;
using CryptoInsight.Engine.Flows;
using CryptoInsight.Engine.Options;

namespace CryptoInsight.Engine.Jobs;

/// <summary>Supervises one job's stream: starts it from the tables, starts it again after a fault, and stops for good on a fault that time does not heal.</summary>
/// <remarks>Owns: the running stream. Supervised by the node's guardian. Loses on restart: nothing, the positions are in the tables.</remarks>
#pragma warning disable CA1001 // The actor system ends an actor by PostStop, which disposes what it holds.
public sealed class JobActor : ReceiveActor, IWithTimers
#pragma warning restore CA1001
{
    private readonly JobSpec _spec;
    private readonly JobBoard _board;
    private readonly BackoffOptions _backoff;
    private readonly CancellationTokenSource _stopping = new();
    private JobStatus _status;
    private IKillSwitch? _stream;
    private int _faultsInARow;

    public JobActor(JobSpec spec, JobBoard board, BackoffOptions backoff)
    {
        _spec = spec;
        _board = board;
        _backoff = backoff;
        _status = new JobStatus(spec.Id, JobState.Idle, -1, -1, 0, 0, 0, 0, null);
        Receive<Begin>(_ => Start());
        Receive<Started>(OnStarted);
        Receive<TableFlow.StepDone>(done => OnStep(done.Report));
        Receive<Ended>(ended => OnEnded(ended));
        Receive<Faulted>(faulted => OnFault(faulted.Cause));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(JobSpec spec, JobBoard board, BackoffOptions backoff) => Akka.Actor.Props.Create(() => new JobActor(spec, board, backoff));

    private sealed class Begin : INotInfluenceReceiveTimeout, IDeadLetterSuppression, INoSerializationVerificationNeeded
    {
        public static readonly Begin Instance = new();
    }

    private sealed record Started(ITableJob Job) : INoSerializationVerificationNeeded;

    private sealed record Ended(StepOutcome.StartAgain? Why) : INoSerializationVerificationNeeded;

    private sealed record Faulted(Exception Cause) : INoSerializationVerificationNeeded;

    protected override void PreStart()
    {
        Publish(_status);
        Self.Tell(Begin.Instance);
    }

    protected override void PostStop()
    {
        _stream?.Shutdown();
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private void Start() =>
        _spec.Start(_stopping.Token).PipeTo(Self, success: job => new Started(job), failure: cause => new Faulted(cause));

    private void OnStarted(Started started)
    {
        Publish(_status with { State = JobState.Running, Position = started.Job.Position, Error = null });
        (IKillSwitch stop, Task<StepOutcome.StartAgain?> finished) =
            TableFlow.Graph(_spec, started.Job, Self).Run(Context.Materializer());
        _stream = stop;
        finished.PipeTo(Self, success: why => new Ended(why), failure: cause => new Faulted(cause));
    }

    private void OnStep(StepReport report)
    {
        _faultsInARow = 0;
        Publish(_status with
        {
            Position = report.InputVersion,
            OutputVersion = report.OutputVersion,
            RowsIn = _status.RowsIn + report.RowsIn,
            RowsOut = _status.RowsOut + report.RowsOut,
            RowsQuarantined = _status.RowsQuarantined + report.RowsQuarantined,
        });
    }

    private void OnEnded(Ended ended)
    {
        Context.System.Log.Warning("Job {0} starts again: {1}", _spec.Id, ended.Why?.Why ?? "its stream ended");
        Self.Tell(Begin.Instance);
    }

    private void OnFault(Exception fault)
    {
        Exception cause = fault is AggregateException { InnerExceptions.Count: 1 } one ? one.InnerExceptions[0] : fault;
        if (cause is OperationCanceledException && _stopping.IsCancellationRequested)
        {
            return;
        }

        if (IsTransient(cause))
        {
            _faultsInARow++;
            TimeSpan delay = _backoff.After(_faultsInARow);
            Publish(_status with { Restarts = _status.Restarts + 1, Error = cause.Message });
            Context.System.Log.Warning("Job {0} failed and starts again in {1}: {2}", _spec.Id, delay, cause.Message);
            Timers.StartSingleTimer("begin", Begin.Instance, delay);
        }
        else
        {
            Publish(_status with { State = JobState.Failed, Error = cause.Message });
            Context.System.Log.Error(cause, "Job {0} FAILED and will not start by itself", _spec.Id);
        }
    }

    /// <summary>A disk, a network or a slow answer heals; a corrupt table, a broken rule and a bug do not.</summary>
    private static bool IsTransient(Exception cause) => cause is IOException or TimeoutException or UnauthorizedAccessException && cause is not InvalidDataException;

    private void Publish(JobStatus status) => _board.Publish(_status = status);
}
