using CryptoInsight.Engine.Jobs;

namespace CryptoInsight.Engine.Maintenance;

/// <summary>What an operator tells the maintenance of the lake, besides <see cref="JobProtocol.Pause"/> and <see cref="JobProtocol.Resume"/>. Answered by <see cref="JobProtocol.Answer"/>.</summary>
public static class MaintenanceProtocol
{
    /// <summary>Does now whatever can be done, whatever the schedule says.</summary>
    /// <param name="Table">One table; null: all.</param>
    /// <param name="Kind">One kind of work; null: all.</param>
    /// <param name="DryRun">Only says what would be done: the answer tells it.</param>
    public sealed record RunNow(string? Table, UpkeepKind? Kind, bool DryRun, string By);
}
