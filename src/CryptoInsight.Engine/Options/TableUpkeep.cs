using Cronos;

namespace CryptoInsight.Engine.Options;

/// <summary>How one table is looked after.</summary>
/// <param name="CompactAt">When closed partitions are looked through.</param>
/// <param name="CleanAt">When old log files, unneeded data files and old dead letters go.</param>
/// <param name="SmallFilesMax">Small files of one size class in a partition from which on they are merged at once.</param>
/// <param name="FileBytesTarget">Size of a merged file.</param>
/// <param name="ZstdLevel">How densely merged files are packed.</param>
/// <param name="ZOrderBy">Columns by which closed partitions are laid out; empty: they are only merged.</param>
public sealed record TableUpkeep(CronExpression CompactAt, CronExpression CleanAt, int SmallFilesMax, long FileBytesTarget, int ZstdLevel, IReadOnlyList<string> ZOrderBy);
