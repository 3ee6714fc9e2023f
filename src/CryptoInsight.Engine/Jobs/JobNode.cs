using Akka.Actor;
using CryptoInsight.Engine.Options;

namespace CryptoInsight.Engine.Jobs;

/// <summary>What all jobs of a node share.</summary>
/// <param name="Name">The node's name in <c>ops_job_runs</c>.</param>
/// <param name="RunId">The node's own run: a job's runs are numbered below it.</param>
/// <param name="Journal">Writes runs and events down.</param>
/// <param name="JournalEvery">How often the row of a run that goes on is written again.</param>
public sealed record JobNode(string Name, string RunId, JobBoard Board, IActorRef Journal, BackoffOptions Backoff, TimeSpan JournalEvery, TimeProvider Clock);
