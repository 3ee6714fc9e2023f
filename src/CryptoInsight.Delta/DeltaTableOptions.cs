using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;

namespace CryptoInsight.Delta;

/// <summary>What the engine takes from outside.</summary>
public sealed record DeltaTableOptions
{
    /// <summary>The clock of commit times and retention.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Makes the unique part of file names and transaction ids.</summary>
    public Func<Guid> NewId { get; init; } = DefaultId;

    /// <summary>Who commits: <c>engineInfo</c> of commitInfo.</summary>
    public string EngineInfo { get; init; } = "CryptoInsight.Delta";

    /// <summary>Target size of a data file in bytes.</summary>
    public long FileBytesTarget { get; init; } = 128L << 20;

    /// <summary>How often one commit may lose the race for a version before it gives up.</summary>
    public int CommitAttemptsMax { get; init; } = 1000;

    /// <summary>When checkpoints, log cleanup and automatic compaction run.</summary>
    public LogUpkeepMode Upkeep { get; init; } = LogUpkeepMode.Background;

    /// <summary>The lowest version that any reader that the embedding program knows of has read up to: log cleanup and VACUUM keep what comes after it, and a way to build it. Null, or a null answer: no reader.</summary>
    public Func<long?>? LogNeededFrom { get; init; }

    /// <summary>How long the next version may wait for a registered reader (<see cref="DeltaTable.Readers"/>, <see cref="LogNeededFrom"/>) before the reader is reported and cleanup and VACUUM go on without it.</summary>
    public TimeSpan ReaderHoldMax { get; init; } = TimeSpan.FromDays(30);

    /// <summary>True where no version may ever be taken from a reader: past <see cref="ReaderHoldMax"/> it is reported, and still waited for.</summary>
    public bool ReaderLimitOnlyReports { get; init; }

    /// <summary>Told of each reader past the limit whenever a cleanup or VACUUM finds one.</summary>
    public Action<ReaderPastLimit>? OnReaderPastLimit { get; init; }

    /// <summary>Merging of small files after commits.</summary>
    public AutoCompaction AutoCompaction { get; init; } = new();

    /// <summary>Data files that a scan or OPTIMIZE decodes at once; null: as many as there are processors, at most 4, but 1 unless upkeep runs in the background. With 1 everything stays on the caller's thread, as simulations need it.</summary>
    public int? Parallelism { get; init; }

    /// <summary>The parallelism in force.</summary>
    internal int Width => Math.Max(1, Parallelism ?? (Upkeep == LogUpkeepMode.Background ? Math.Min(4, Environment.ProcessorCount) : 1));

    /// <summary>Told when a checkpoint, a cleanup or an automatic compaction failed; it is tried again after the next commit.</summary>
    public Action<Exception>? OnUpkeepFault { get; init; }

    /// <summary>Parquet encodings by column; see <see cref="TableDefinition.Encodings"/>.</summary>
    public IReadOnlyDictionary<string, ColumnEncoding> Encodings { get; init; } = new Dictionary<string, ColumnEncoding>();

    /// <summary>Judges a commit against one that it did not see; campaigns put a broken judge here to prove that they would notice.</summary>
    internal Func<PreparedCommit, LogCommit, IsolationLevel, CommitConflict?> ConflictCheck { get; init; } = ConflictRules.Check;

#pragma warning disable RS0030 // The one default of the whole engine; simulations pass a seeded generator.
    private static Guid DefaultId() => Guid.NewGuid();
#pragma warning restore RS0030
}
