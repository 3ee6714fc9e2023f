using System.Collections.Immutable;

namespace CryptoInsight.Engine.Maintenance;

/// <summary>What the policy remembers: nothing that would be missed, for the tables themselves say what is to be done.</summary>
/// <param name="StartedAt">When the node began to look: schedules count from there.</param>
public sealed record UpkeepState(DateTimeOffset StartedAt)
{
    /// <summary>When the newest scheduled round of a table ended.</summary>
    public ImmutableDictionary<(string Table, bool IsCleaning), DateTimeOffset> RoundsAt { get; init; } = ImmutableDictionary<(string, bool), DateTimeOffset>.Empty;

    /// <summary>What is decided already: asked for by somebody, or the rest of a round.</summary>
    public ImmutableQueue<CompactionSpec> Waiting { get; init; } = ImmutableQueue<CompactionSpec>.Empty;

    /// <summary>Pieces done under pressure since the last one of those that wait.</summary>
    public int PressedInARow { get; init; }

    /// <summary>Tables that failed, how often in a row, and until when they are left alone.</summary>
    public ImmutableDictionary<string, (int Failures, DateTimeOffset Until)> Failing { get; init; } = ImmutableDictionary<string, (int, DateTimeOffset)>.Empty;
}
