using Akka.Actor;
using Akka.Streams;
using Akka.Streams.Dsl;
using CryptoInsight.Engine.Flows;

namespace CryptoInsight.Engine.Jobs;

/// <summary>The stream of an ingestion job as its actor wants it: every commit is announced, and an end that nobody asked for is told with its reason.</summary>
internal static class IngestStream
{
    /// <param name="position">Where the job stands.</param>
    /// <param name="commits">Its commits; the switch ends them after the one under way.</param>
    /// <param name="bell">Is rung at every commit.</param>
    /// <param name="whyItEnded">Of a stream that ended by itself: why its source answers no more, or null if its work is done.</param>
    public static OpenedJob Opened(long position, Source<IngestCommit, IKillSwitch> commits, CommitBell bell, Func<string?> whyItEnded) =>
        new(position, (owner, materializer) =>
        {
            (IKillSwitch stop, Task<Akka.Done> done) = commits.ToMaterialized(Sink.ForEach<IngestCommit>(commit => Announce(commit, bell, owner)), Keep.Both).Run(materializer);
            return (stop, EndAsync(done, whyItEnded));
        });

    private static void Announce(IngestCommit commit, CommitBell bell, IActorRef owner)
    {
        bell.Ring();
        owner.Tell(new TableFlow.StepDone(new StepReport(commit.Version, commit.Version) { RowsIn = commit.Rows, RowsAccepted = commit.Rows, RowsOut = commit.Rows }));
    }

    private static async Task<StepOutcome.StartAgain?> EndAsync(Task done, Func<string?> whyItEnded)
    {
        await done.ConfigureAwait(false);
        return whyItEnded() is { } refused ? throw new SourceRefusedException(refused) : null;
    }
}
