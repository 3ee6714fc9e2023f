using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Positions;
using CryptoInsight.Lake.Positions;
using CryptoInsight.Lake.Rows;

namespace CryptoInsight.Engine.Jobs;

/// <summary><c>03b_gold_positions</c>: the newest position per account and symbol.</summary>
public sealed class PositionsSummaryDerivation(PositionTables lake, TimeProvider clock) : Derivation<StampedSummary, (string Uid, Symbol Symbol)>
{
    public const string Id = "03b_gold_positions";

    public override string JobId => Id;

    public override KeyedTable<StampedSummary> Output => lake.Summary;

    public override IReadOnlyList<DerivationSource> Sources { get; } = [new(Id, lake.Silver.Table)];

    public override (string Uid, Symbol Symbol) KeyOf(StampedSummary row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return (row.Row.Uid, row.Row.Symbol);
    }

    /// <summary>When a row was written is no part of what it says.</summary>
    public override bool IsSame(StampedSummary there, StampedSummary wanted)
    {
        ArgumentNullException.ThrowIfNull(there);
        ArgumentNullException.ThrowIfNull(wanted);
        return there.Row == wanted.Row;
    }

    public override async Task<DerivedRows<StampedSummary>> ComputeAsync(IReadOnlyList<SourceMove> moves, CancellationToken ct)
    {
        // Batch by batch: in memory are only the newest rows and one batch.
        var newest = new List<SilverPosition>();
        long read = 0;
        await foreach (IReadOnlyList<SilverPosition> some in lake.Silver.ReadAsync(moves[0].To, null, ct).ConfigureAwait(false))
        {
            read += some.Count;
            newest = [.. newest.Concat(some).GroupBy(p => (p.Uid, p.Symbol)).Select(g => g.MaxBy(p => p.UpdateTs)!)];
        }

        var now = UnixMicros.From(clock.GetUtcNow());
        return new DerivedRows<StampedSummary>([.. PositionSummary.Of(newest).Select(p => new StampedSummary(p, now))], null, read);
    }
}
