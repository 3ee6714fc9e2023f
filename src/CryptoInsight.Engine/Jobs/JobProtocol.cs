namespace CryptoInsight.Engine.Jobs;

/// <summary>What an operator, or the system itself, tells a job; each is answered once it is done. At most one is under way per job.</summary>
public static class JobProtocol
{
    public interface ICommand
    {
        /// <summary>Who wants it, for <c>ops_events</c>.</summary>
        string By { get; }
    }

    /// <summary>Ends the run after the commit under way and starts none until <see cref="Resume"/>, across restarts of the node.</summary>
    public sealed record Pause(string By) : ICommand;

    public sealed record Resume(string By) : ICommand;

    /// <summary>Starts a new run, from the job's position or from the beginning of its source.</summary>
    public sealed record Repair(JobStart From, string By) : ICommand;

    /// <summary>The node stops: the run ends as SUCCEEDED after the commit under way.</summary>
    public sealed record Finish
    {
        public static readonly Finish Instance = new();
    }

    /// <summary>What became of a command.</summary>
    /// <param name="IsDone">False: the job was in no state for it, and the text says why.</param>
    public sealed record Answer(bool IsDone, string Text);
}
