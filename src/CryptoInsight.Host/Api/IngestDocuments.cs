using CryptoInsight.Domain.Continuity;
using CryptoInsight.Lake.Operations;

namespace CryptoInsight.Host.Api;

/// <param name="ClockOffsetMs">The exchange's clock minus ours.</param>
/// <param name="ClockErrorMs">How far that may be off.</param>
public sealed record IngestDocument(string Exchange, bool IsSimulated, BudgetDocument Budget, StreamsDocument Streams, long ClockOffsetMs, long ClockErrorMs);

/// <param name="Waiting">Requests that wait: live, gap repair, backfill.</param>
public sealed record BudgetDocument(int Used, int Usable, int Limit, long? BlockedUntil, IReadOnlyList<int> Waiting, long Granted, long Throttled, long Banned);

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
