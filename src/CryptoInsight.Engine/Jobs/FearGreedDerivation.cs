using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Sentiment;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Lake.FearGreed;
using CryptoInsight.Lake.Rows;

namespace CryptoInsight.Engine.Jobs;

/// <summary><c>03c_gold_fear_greed</c>: the whole index at once, for it has one row a day.</summary>
public sealed class FearGreedDerivation(FearGreedTables lake) : Derivation<FearGreedDay, UnixMicros>
{
    public const string Id = "03c_gold_fear_greed";

    public override string JobId => Id;

    public override KeyedTable<FearGreedDay> Output => lake.Gold;

    public override IReadOnlyList<DerivationSource> Sources { get; } = [new(Id, lake.Silver.Table)];

    public override UnixMicros KeyOf(FearGreedDay row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row.Time;
    }

    public override async Task<DerivedRows<FearGreedDay>> ComputeAsync(IReadOnlyList<SourceMove> moves, CancellationToken ct)
    {
        FearGreedIndex index = await lake.Silver.IndexAsync(moves[0].To, ct).ConfigureAwait(false);
        return new DerivedRows<FearGreedDay>(FearGreedTrend.Of(index), null, index.Points.Count);
    }
}
