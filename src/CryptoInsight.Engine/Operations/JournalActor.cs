using Akka.Actor;
using Akka.Event;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Lake.Operations;

namespace CryptoInsight.Engine.Operations;

/// <summary>Writes job runs and events down, many in one commit, never in a job's way.</summary>
/// <remarks>Owns: what is not written yet; of a run only its newest state. Supervised by the node's guardian. Loses on restart: what was waiting; <see cref="Flush"/> waits for it.
/// A commit that fails is tried again until it succeeds; meanwhile what waits is bounded.</remarks>
public sealed class JournalActor : ReceiveActor, IWithTimers
{
    /// <summary>More events than this waiting means that the table has been unwritable for long; then the oldest go.</summary>
    private const int EventsWaitingMax = 10_000;

    private static readonly TimeSpan s_retryAfter = TimeSpan.FromSeconds(2);

    private readonly OperationsTables _tables;
    private readonly Dictionary<string, JobRun> _runs = new(StringComparer.Ordinal);
    private readonly Queue<LakeEvent> _events = new();
    private readonly List<IActorRef> _waiters = [];
    private bool _writing;

    public JournalActor(OperationsTables tables)
    {
        _tables = tables;
        Receive<JobRun>(run =>
        {
            _runs[run.RunId] = run;
            Write();
        });
        Receive<LakeEvent>(told =>
        {
            _events.Enqueue(told);
            if (_events.Count > EventsWaitingMax)
            {
                Context.System.Log.Warning("{0} cannot be written, an event is dropped: {1}", EventsTable.Name, _events.Dequeue().MessageEn);
            }

            Write();
        });
        Receive<Flush>(_ =>
        {
            _waiters.Add(Sender);
            Write();
        });
        Receive<Retry>(_ => Write());
        Receive<Written>(_ =>
        {
            _writing = false;
            Write();
        });
        Receive<WriteFailed>(OnFailed);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(OperationsTables tables) => Akka.Actor.Props.Create(() => new JournalActor(tables));

    /// <summary>Answered with <see cref="Flushed"/> once everything told before is durable.</summary>
    public sealed record Flush
    {
        public static readonly Flush Instance = new();
    }

    public sealed record Flushed
    {
        public static readonly Flushed Instance = new();
    }

    private sealed record Retry : INoSerializationVerificationNeeded
    {
        public static readonly Retry Instance = new();
    }

    private sealed record Written : INoSerializationVerificationNeeded
    {
        public static readonly Written Instance = new();
    }

    private sealed record WriteFailed(IReadOnlyList<JobRun> Runs, IReadOnlyList<LakeEvent> Events, Exception? Cause) : INoSerializationVerificationNeeded;

    private void Write()
    {
        if (_writing || Timers.IsTimerActive("retry"))
        {
            return;
        }

        if (_runs.Count + _events.Count == 0)
        {
            _waiters.ForEach(w => w.Tell(Flushed.Instance));
            _waiters.Clear();
            return;
        }

        _writing = true;
        if (_events.Count > 0)
        {
            LakeEvent[] events = [.. _events];
            _events.Clear();
            Write(_tables.Events.AppendAsync(events), new WriteFailed([], events, null));
        }
        else
        {
            JobRun[] runs = [.. _runs.Values];
            _runs.Clear();
            Write(_tables.JobRuns.PutAsync(runs), new WriteFailed(runs, [], null));
        }
    }

    private void Write(Task<CommitOutcome> commit, WriteFailed otherwise) =>
        commit.PipeTo(
            Self,
            success: outcome => outcome.Match<object>(
                _ => Written.Instance,
                _ => Written.Instance,
                superseded => otherwise with { Cause = new IOException(superseded.Why) },
                conflict => otherwise with { Cause = new IOException(conflict.Why) }),
            failure: cause => otherwise with { Cause = cause });

    private void OnFailed(WriteFailed failed)
    {
        _writing = false;
        Context.System.Log.Warning("Runs and events could not be written and are tried again in {0}: {1}", s_retryAfter, failed.Cause?.Message);
        foreach (JobRun run in failed.Runs)
        {
            _runs.TryAdd(run.RunId, run); // a newer state of the run may be waiting already
        }

        LakeEvent[] newer = [.. _events];
        _events.Clear();
        foreach (LakeEvent told in failed.Events.Concat(newer))
        {
            _events.Enqueue(told);
        }

        Timers.StartSingleTimer("retry", Retry.Instance, s_retryAfter);
    }
}
