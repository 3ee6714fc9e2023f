namespace CryptoInsight.Engine.Options;

/// <summary>What a statement of the web console may use; each runs in a process of its own.</summary>
/// <param name="Workers">Statements that run at once.</param>
/// <param name="QueueMax">Statements that may wait.</param>
/// <param name="QueueWaitMax">How long one may wait.</param>
/// <param name="WallTimeMax">How long one may run.</param>
/// <param name="CpuTimeMax">Processor time that one may use.</param>
/// <param name="MemoryBytesMax">Resident memory of its process.</param>
/// <param name="RowsMax">Rows of an answer.</param>
/// <param name="ResultBytesMax">Bytes of an answer.</param>
public sealed record SqlOptions(int Workers, int QueueMax, TimeSpan QueueWaitMax, TimeSpan WallTimeMax, TimeSpan CpuTimeMax, long MemoryBytesMax, int RowsMax, long ResultBytesMax)
{
    internal static SqlOptions From(SettingsReader read) => new(
        read.Whole("sql.workers", 1, 64),
        read.Whole("sql.queue-max", 0, 1_000),
        read.Duration("sql.queue-wait-max", TimeSpan.Zero, TimeSpan.FromMinutes(10)),
        read.Duration("sql.wall-time-max", TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
        read.Duration("sql.cpu-time-max", TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
        read.Size("sql.memory-max", 256L << 20, 1L << 40),
        read.Whole("sql.rows-max", 1, 1_000_000),
        read.Size("sql.result-bytes-max", 1 << 10, 64L << 20));
}
