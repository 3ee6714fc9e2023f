using Akka.Actor;
using Akka.Streams;
using Akka.Streams.Dsl;
using CryptoInsight.Engine.Jobs;

namespace CryptoInsight.Engine.Flows;

/// <summary>The stream under every table-to-table job: commits of the source in, commits of the output out, one at a time.</summary>
public static class TableFlow
{
    /// <summary>A step is committed.</summary>
    public sealed record StepDone(StepReport Report) : INoSerializationVerificationNeeded;

    /// <summary>The graph; it ends with the reason to start again, or fails with the fault. Its owner hears of every committed step.</summary>
    public static IRunnableGraph<(IKillSwitch Stop, Task<StepOutcome.StartAgain?> Finished)> Graph(JobSpec spec, ITableJob job, IActorRef owner) =>
        Source.From(() => TableFollower.FollowAsync(spec, job))
            .ViaMaterialized(KillSwitches.Single<JobWork>(), Keep.Right)
            .SelectAsync(1, work => DoneAsync(work, spec, job)) // 1: a commit's fence is the version that the one before made
            .Select(outcome => Announced(outcome, spec, owner))
            .TakeWhile(outcome => outcome is StepOutcome.Advanced, inclusive: true)
            .ToMaterialized(Sink.Last<StepOutcome>(), Keep.Both)
            .MapMaterializedValue(m => ((IKillSwitch)m.Item1, Reason(m.Item2)));

    private static Task<StepOutcome> DoneAsync(JobWork work, JobSpec spec, ITableJob job) => work.Match(
        step => job.StepAsync(step.Tail, CancellationToken.None),
        foreign => Task.FromResult<StepOutcome>(new StepOutcome.StartAgain($"others changed the table of {spec.Id} in version {foreign.Version}")));

    private static StepOutcome Announced(StepOutcome outcome, JobSpec spec, IActorRef owner)
    {
        if (outcome is StepOutcome.Advanced advanced)
        {
            spec.OutputBell.Ring();
            owner.Tell(new StepDone(advanced.Report));
        }

        return outcome;
    }

    private static async Task<StepOutcome.StartAgain?> Reason(Task<StepOutcome> last) => await last.ConfigureAwait(false) as StepOutcome.StartAgain;
}
