namespace CryptoInsight.Delta;

/// <summary>Merging of small files after a commit, in the partitions that it touched.</summary>
/// <remarks>Tables ask for it by <c>delta.autoOptimize.autoCompact</c>; the defaults are Spark's. It runs beside commits like checkpoints (see <see cref="LogUpkeepMode"/>) and never makes one fail.</remarks>
public sealed record AutoCompaction
{
    /// <summary>On or off whatever the table says; null: as the table says.</summary>
    public bool? Enabled { get; init; }

    /// <summary>How many small files a partition must have.</summary>
    public int FilesMin { get; init; } = 50;

    /// <summary>Size of a new file in bytes; files below half of it are small.</summary>
    public long FileBytesTarget { get; init; } = 128L << 20;
}
