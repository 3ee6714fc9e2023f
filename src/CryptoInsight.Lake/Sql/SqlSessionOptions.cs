namespace CryptoInsight.Lake.Sql;

/// <summary>What one session may use.</summary>
public sealed record SqlSessionOptions
{
    /// <summary>Memory of DuckDB's buffers, in bytes.</summary>
    public long MemoryBytesMax { get; init; } = 1L << 30;

    /// <summary>Threads of DuckDB.</summary>
    public int ThreadsMax { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 8);

    /// <summary>Carries out statements that change the lake; null: this session only reads.</summary>
    public Func<LakeChange, CancellationToken, Task<ChangeAnswer>>? OnChange { get; init; }

    /// <summary>Tells what <c>now()</c> cannot be before.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
