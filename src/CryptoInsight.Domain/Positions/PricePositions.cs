using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;

namespace CryptoInsight.Domain.Positions;

/// <summary>A 4-hour price with the top traders' positions of those hours: a row of <c>gold_price_positions_4h</c>.</summary>
/// <remarks>Value equality, positions included. Every price bucket has a row, most of them without positions; positions without a price have none.</remarks>
public sealed record PricePositions(PriceBucket Price, IReadOnlyList<BucketPosition> Positions)
{
    /// <summary>Long positions.</summary>
    public long LongCount => Positions.LongCount(p => p.Side == BucketPosition.Long);

    /// <summary>Short positions.</summary>
    public long ShortCount => Positions.Count - LongCount;

    /// <summary>Sum of the long positions' notionals, 0 if there are none.</summary>
    public double LongNotional => Notional(BucketPosition.Long);

    /// <summary>Sum of the short positions' notionals, 0 if there are none.</summary>
    public double ShortNotional => Notional(BucketPosition.Short);

    /// <summary>Joins prices and positions: of each bucket the last row per (uid, symbol) with its event time in [bucket_start, bucket_end), in the order of uid.</summary>
    public static IReadOnlyList<PricePositions> Of(IEnumerable<PriceBucket> prices, IEnumerable<SilverPosition> positions)
    {
        ArgumentNullException.ThrowIfNull(prices);
        ArgumentNullException.ThrowIfNull(positions);
        ILookup<Symbol, SilverPosition> bySymbol = positions.ToLookup(p => p.Symbol);
        var rows = new List<PricePositions>();
        foreach (IGrouping<Symbol, PriceBucket> symbol in prices.GroupBy(p => p.Symbol).OrderBy(g => g.Key))
        {
            SilverPosition[] held = [.. bySymbol[symbol.Key].OrderBy(p => p.UpdateTs)];
            int at = 0;
            foreach (PriceBucket price in symbol.OrderBy(p => p.BucketStart))
            {
                var last = new SortedDictionary<string, SilverPosition>(StringComparer.Ordinal);
                for (; at < held.Length && held[at].EventTime < price.BucketEnd; at++)
                {
                    if (held[at].EventTime >= price.BucketStart)
                    {
                        last[held[at].Uid] = held[at];
                    }
                }

                rows.Add(new PricePositions(price, [.. last.Values.Select(BucketPosition.Of)]));
            }
        }

        return rows;
    }

    /// <inheritdoc/>
    public bool Equals(PricePositions? other) => other is not null && Price == other.Price && Positions.SequenceEqual(other.Positions);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Price, Positions.Count);

    // In fixed point like every other sum of Gold: it must not depend on the order of rows.
    private double Notional(string side) =>
        FixedPoint.Sum(Positions.Where(p => p.Side == side).Aggregate((Int128)0, (sum, p) => sum + FixedPoint.Of(p.Notional)));
}
