using CryptoInsight.Domain.Market;

namespace CryptoInsight.Lake.Operations;

/// <summary>A row of <c>ops_events</c>: something that an operator or the system itself did (INV-8), told in both languages.</summary>
/// <param name="Kind">One word or two, such as <c>job_paused</c>.</param>
/// <param name="Severity"><c>INFO</c>, <c>WARNING</c>, <c>MEDIUM</c>, <c>HIGH</c> or <c>CRITICAL</c>.</param>
/// <param name="Actor">Who or what acted, such as <c>operator</c> or <c>compaction</c>.</param>
public sealed record LakeEvent(string EventId, UnixMicros At, string Kind, string Severity, string Actor, string MessageEn, string MessageKo)
{
    public string? JobId { get; init; }

    public string? TableName { get; init; }

    public string? Symbol { get; init; }

    /// <summary>The facts, as a JSON object.</summary>
    public string? DetailJson { get; init; }
}
