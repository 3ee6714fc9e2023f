using System.Collections.Immutable;
using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Continuity;

/// <summary>Candles of one series that are, or were, not there: a row of <c>ops_gaps</c>.</summary>
/// <param name="Symbol">Whose.</param>
/// <param name="Interval">How long.</param>
/// <param name="Range">Which open times.</param>
/// <param name="State">How it stands.</param>
/// <param name="FoundAt">When it was noticed.</param>
/// <param name="SettledAt">When it was filled or declared absent; null while it is open.</param>
/// <param name="Evidence">What is known about it, oldest first; the first is how it was noticed.</param>
/// <remarks>Key: symbol, interval, start.</remarks>
public sealed record Gap(
    Symbol Symbol, Interval Interval, OpenTimeRange Range, GapState State, UnixMicros FoundAt, UnixMicros? SettledAt, ImmutableArray<GapEvidence> Evidence)
{
    // The first says how it began, the others how it went on lately.
    private const int EvidenceMax = 8;

    /// <summary>The same gap with one more thing known about it.</summary>
    public Gap With(GapEvidence evidence) =>
        this with { Evidence = Evidence.Length < EvidenceMax ? Evidence.Add(evidence) : Evidence.RemoveAt(1).Add(evidence) };
}
