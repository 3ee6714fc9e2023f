using CryptoInsight.Domain.Continuity;
using CryptoInsight.Lake.Operations;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Host.Api;

/// <param name="ClockOffsetMs">The exchange's clock minus ours.</param>
/// <param name="ClockErrorMs">How far that may be off.</param>
/// <param name="Unknown">Fields and values of exchangeInfo that this program does not know, and how often each was seen.</param>
public sealed record IngestDocument(
    string Exchange, bool IsSimulated, BudgetDocument? Budget, StreamsDocument Streams, long ClockOffsetMs, long ClockErrorMs, IReadOnlyDictionary<string, int> Unknown);

/// <param name="Waiting">Requests of this node that wait: live, gap repair, backfill.</param>
/// <param name="Egress">The address that the exchange sees, by the name that nodes behind it share.</param>
/// <param name="Owner">The node's run that owns the budget; null until it has answered.</param>
/// <param name="Epoch">Which ownership that is: it grows when another node takes over.</param>
/// <param name="LeasesOut">Requests that nodes may be making now.</param>
public sealed record BudgetDocument(
    int Used, int Usable, int Limit, long? BlockedUntil, IReadOnlyList<int> Waiting, long Granted, long Throttled, long Banned, string Egress, string? Owner, long Epoch, int LeasesOut)
{
    public static BudgetDocument Of(WeightGateFacts facts, string egress)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return new BudgetDocument(
            facts.UsedThisMinute, facts.UsablePerMinute, facts.LimitPerMinute, facts.BlockedUntil?.Milliseconds, [.. facts.Waiting], facts.Granted, facts.Throttled, facts.Banned,
            egress, facts.Owner, facts.Epoch, facts.LeasesOut);
    }
}

public sealed record StreamsDocument(
    int Connections, int Up, long Frames, long Closed, long Open, long Broken, long Foreign, long Dials, long Losses, long Replacements,
    IReadOnlyDictionary<string, long> Unknown, IReadOnlyList<string> Down);

public sealed record EvidenceDocument(long At, string What);

public sealed record GapDocument(string Symbol, string Interval, long Start, long End, string State, long FoundAt, long? SettledAt, IReadOnlyList<EvidenceDocument> Evidence)
{
    public static GapDocument Of(Gap gap)
    {
        ArgumentNullException.ThrowIfNull(gap);
        return new GapDocument(
            gap.Symbol.Code, gap.Interval.Code, gap.Range.From.Milliseconds, gap.Range.To.Milliseconds, GapsTable.WordOf(gap.State), gap.FoundAt.Milliseconds, gap.SettledAt?.Milliseconds,
            [.. gap.Evidence.Select(e => new EvidenceDocument(e.At.Milliseconds, e.What))]);
    }
}
