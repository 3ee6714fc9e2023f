using CryptoInsight.Engine.Options;

namespace CryptoInsight.Host.SqlWorkers;

/// <summary>What one statement of the web console may use, and how many may run.</summary>
public sealed record WorkerLimits
{
    /// <summary>Statements that run at once; each has a process of its own.</summary>
    public int Workers { get; init; } = 4;

    /// <summary>Statements that may wait for a worker.</summary>
    public int QueueMax { get; init; } = 16;

    /// <summary>How long one may wait.</summary>
    public TimeSpan QueueWaitMax { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long one may run.</summary>
    public TimeSpan WallTimeMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Processor time that one may use.</summary>
    public TimeSpan CpuTimeMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Resident memory of a worker, in bytes.</summary>
    public long MemoryBytesMax { get; init; } = 768L << 20;

    /// <summary>Rows of an answer; what is beyond is cut, and said to be.</summary>
    public int RowsMax { get; init; } = 10_000;

    /// <summary>Bytes of an answer; what is beyond is cut, and said to be.</summary>
    public int ResultBytesMax { get; init; } = 4 << 20;

    /// <summary>A worker that nobody asked anything for so long ends.</summary>
    public TimeSpan IdleMax { get; init; } = TimeSpan.FromMinutes(2);

    public static WorkerLimits Of(SqlOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new WorkerLimits
        {
            Workers = options.Workers, QueueMax = options.QueueMax, QueueWaitMax = options.QueueWaitMax, WallTimeMax = options.WallTimeMax, CpuTimeMax = options.CpuTimeMax,
            MemoryBytesMax = options.MemoryBytesMax, RowsMax = options.RowsMax, ResultBytesMax = (int)options.ResultBytesMax,
        };
    }
}
