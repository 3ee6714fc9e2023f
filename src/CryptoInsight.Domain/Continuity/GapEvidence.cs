using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Continuity;

/// <summary>One thing that is known about a gap: how it was noticed, what was asked, what the exchange answered.</summary>
/// <param name="At">When, by the exchange's clock.</param>
/// <param name="What">What happened, bounded and printable.</param>
public readonly record struct GapEvidence(UnixMicros At, string What);
