using Akka.Actor;
using Akka.Streams;

namespace CryptoInsight.Engine.Jobs;

/// <summary>What a <see cref="JobActor"/> runs: opened from the tables at every start, then a stream until it is stopped.</summary>
public interface ISupervisedJob
{
    /// <summary>As in the operations of the replaced pipeline, such as <c>02_transform_silver_binance</c>.</summary>
    string Id { get; }

    /// <summary>The position that it has to reach to have taken in everything that is there now; -1 if it has no source that can be waited for.</summary>
    long Newest { get; }

    /// <summary>True if its stream may end because the work is done; otherwise an end is only a reason to start again.</summary>
    bool EndsByItself => false;

    /// <summary>Reads the job's state from the tables.</summary>
    Task<OpenedJob> OpenAsync(JobStart start, CancellationToken ct);

    /// <summary>Tells its source how far it has read, so that nobody cleans away what it still needs.</summary>
    Task RegisterAsync(long position, CancellationToken ct) => Task.CompletedTask;
}

/// <summary>A job that stands ready to run.</summary>
/// <param name="Position">Where it stands.</param>
/// <param name="Run">Starts its stream: how it is stopped after the commit under way, and its end with the reason to start again. The owner hears <see cref="Flows.TableFlow.StepDone"/> of every commit.</param>
public sealed record OpenedJob(long Position, Func<IActorRef, IMaterializer, (IKillSwitch Stop, Task<StepOutcome.StartAgain?> Finished)> Run);
