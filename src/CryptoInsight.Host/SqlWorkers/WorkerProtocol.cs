namespace CryptoInsight.Host.SqlWorkers;

/// <summary>What the node and a SQL worker say to each other over the worker's standard input and output: frames of JSON (<see cref="FrameStream"/>).</summary>
public static class WorkerProtocol
{
    /// <summary>The first frame to a worker: which lake, and what it may use.</summary>
    public sealed record Start(string LakePath, string Catalog, string Schema, long DatabaseBytesMax, long DataBytesMax, int RowsMax, int ResultBytesMax);

    /// <summary>The worker's first frame: what surely holds it back, tried by itself.</summary>
    public sealed record Ready(WorkerWalls Walls);

    /// <summary>A statement to run, or (null) the word to stop the one that runs.</summary>
    /// <param name="CpuSeconds">Processor seconds after which the kernel ends the worker.</param>
    public sealed record Ask(string? Statement, int CpuSeconds = 0);

    /// <summary>The kinds of answers.</summary>
    public const string Result = "result", Refused = "refused", Stopped = "stopped";

    /// <summary>An answer without rows: refused (with the reason) or stopped.</summary>
    public sealed record Word(string Kind, string? Message);

    /// <summary>What was tried and refused when the worker was told to close itself in; true: it holds.</summary>
    public sealed record WorkerWalls(bool Files, bool Network, bool Processes, bool Memory)
    {
        public bool AllHold => Files && Network && Processes && Memory;
    }
}
