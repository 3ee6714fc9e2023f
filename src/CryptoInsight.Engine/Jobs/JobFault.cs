using CryptoInsight.Delta;
using CryptoInsight.Domain.Market;
using CryptoInsight.Engine.Options;
using CryptoInsight.Lake.Operations;

namespace CryptoInsight.Engine.Jobs;

/// <summary>What kind of fault ended a job's stream, and whether time heals it.</summary>
/// <param name="Kind">What the runbook branches on: <c>schema</c>, <c>rule</c>, <c>corrupt</c>, <c>missing_file</c>, <c>storage</c>, <c>timeout</c>, <c>refused</c>, <c>memory</c> or <c>bug</c>.</param>
public sealed record JobFault(string Kind, bool IsTransient)
{
    /// <summary>A file that a reader misses may only have been cleaned under it; missed so often in a row it is lost.</summary>
    private const int MissingFileAttemptsMax = 5;

    /// <summary>A disk, a network or a slow answer heals; a corrupt table, a broken rule and a bug do not.</summary>
    /// <param name="faultsInARow">This one included.</param>
    public static JobFault Of(Exception cause, int faultsInARow) => cause switch
    {
        ExpectationFailedException => new("rule", false),
        SourceRefusedException => new("refused", false),
        SchemaDriftException or SettingsException or UnsupportedFeatureException or ConstraintViolationException => new("schema", false),
        MissingFileException => new("missing_file", faultsInARow < MissingFileAttemptsMax),
        CommitStateUnknownException => new("storage", true),
        DeltaException or InvalidDataException => new("corrupt", false),
        OutOfMemoryException => new("memory", false),
        TimeoutException => new("timeout", true),
        IOException or UnauthorizedAccessException => new("storage", true),
        _ => new("bug", false),
    };

    /// <summary>The end of a run that its node did not live to write down.</summary>
    public static JobRun Abandoned(JobRun run, UnixMicros now)
    {
        ArgumentNullException.ThrowIfNull(run);
        return run with
        {
            State = StateWord.Of(JobState.Failed), EndedAt = now, ErrorKind = "node", ErrorMessage = $"The node {run.Node} ended without ending its runs: it was killed, or the machine stopped.",
        };
    }
}
