using CryptoInsight.Delta.Predicates;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Positions;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Lake.Gold;
using CryptoInsight.Lake.Positions;
using CryptoInsight.Lake.Rows;

namespace CryptoInsight.Engine.Jobs;

/// <summary><c>gold_price_positions_4h</c>: 4-hour prices of <c>gold_signals</c> joined with Silver's positions, a function of the two.</summary>
/// <remarks>A bucket lies within one UTC day, and so do the positions in it: a change touches the rows of its own day and no others.</remarks>
public sealed class PricePositionsDerivation(GoldSignalsTable signals, PositionTables lake) : Derivation<PricePositions, (Symbol Symbol, UnixMicros BucketStart)>
{
    public const string Id = "03b_gold_price_positions_4h";

    /// <summary>More changed days than this are computed as the whole table.</summary>
    private const int DaysMax = 60;

    private static readonly Interval s_timeframe = Interval.Parse("4h");

    public override string JobId => Id;

    public override KeyedTable<PricePositions> Output => lake.PricePositions;

    public override IReadOnlyList<DerivationSource> Sources { get; } = [new($"{Id}/prices", signals.Table), new($"{Id}/positions", lake.Silver.Table)];

    public override (Symbol Symbol, UnixMicros BucketStart) KeyOf(PricePositions row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return (row.Price.Symbol, row.Price.BucketStart);
    }

    public override async Task<DerivedRows<PricePositions>> ComputeAsync(IReadOnlyList<SourceMove> moves, CancellationToken ct)
    {
        (HashSet<int>? days, long changes) = await ChangedDaysAsync(moves, ct).ConfigureAwait(false);
        if (days is { Count: 0 })
        {
            return DerivedRows<PricePositions>.Unchanged(changes);
        }

        Predicate? scope = days is null ? null : Predicate.Any([.. days.Select(d => Predicate.Equal("dt", (long)d))]);
        Predicate isFourHours = Predicate.Equal("timeframe", s_timeframe.Code);
        List<PriceBucket> prices = [];
        await foreach (IReadOnlyList<StampedSignal> some in signals.ReadAsync(moves[0].To, scope is null ? isFourHours : Predicate.All(isFourHours, scope), ct).ConfigureAwait(false))
        {
            prices.AddRange(some.Where(s => s.Row.Timeframe == s_timeframe).Select(s => Bucket(s.Row)));
        }

        IReadOnlyList<SilverPosition> positions = await lake.Silver.ReadAllAsync(moves[1].To, scope, ct).ConfigureAwait(false);
        return new DerivedRows<PricePositions>(PricePositions.Of(prices, positions), scope, changes);
    }

    private static PriceBucket Bucket(SignalRow r) =>
        new(r.Symbol, r.BucketStart, r.BucketEnd, r.Close, r.Ma50, r.Ma200, r.CrossSignal, r.PctChange24h, r.FngValue, r.FngLabel);

    /// <summary>The days of the rows that changed, or null if that is not known or they are many.</summary>
    private async Task<(HashSet<int>? Days, long Changes)> ChangedDaysAsync(IReadOnlyList<SourceMove> moves, CancellationToken ct)
    {
        HashSet<int> days = [];
        if (moves.Any(m => m.From is null))
        {
            return (null, 0);
        }

        long changes = 0;
        if (moves[0].HasMoved)
        {
            changes += await ChangedDays.AddAsync(signals.Table, moves[0].From!.Value, moves[0].To.Version, ("timeframe", s_timeframe.Code), days, ct).ConfigureAwait(false);
        }

        if (moves[1].HasMoved)
        {
            changes += await ChangedDays.AddAsync(lake.Silver.Table, moves[1].From!.Value, moves[1].To.Version, null, days, ct).ConfigureAwait(false);
        }

        return (days.Count > DaysMax ? null : days, changes);
    }
}
