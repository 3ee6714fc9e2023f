using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Positions;
using CsCheck;

namespace CryptoInsight.Domain.Tests.Positions;

public sealed class PricePositionsProperties
{
    private const long BucketMicros = 4 * 3_600 * UnixMicros.PerSecond;

    private static readonly UnixMicros s_start = UnixMicros.FromSeconds(1_735_689_600);
    private static readonly Symbol[] s_symbols = [Symbol.Parse("BTCUSDT"), Symbol.Parse("ETHUSDT")];

    private static readonly Gen<SilverPosition[]> s_positions =
        Gen.Select(Gen.Int[0, 1], Gen.Int[0, 2], Gen.Int[-30, 1_500], Gen.Int[-3, 3], Gen.Double[0, 1e6]).Array[0, 40].Select(rows => rows
            .Select(r => new SilverPosition(
                "s", "e", $"label {r.Item2}", $"U{r.Item2}", s_symbols[r.Item1], 1, r.Item5, null, null, r.Item4, null, null, null, s_start.Milliseconds + (r.Item3 * 60_000L), s_start))
            .DistinctBy(p => p.UniqueKey).ToArray());

    private static readonly Gen<PriceBucket[]> s_prices = Gen.Select(Gen.Int[0, 1], Gen.Int[0, 5]).Array[0, 12].Select(rows => rows.Distinct()
        .Select(r => new PriceBucket(s_symbols[r.Item1], s_start + (r.Item2 * BucketMicros), s_start + ((r.Item2 + 1) * BucketMicros), 1, null, null, "Neutral", null, null, null)).ToArray());

    [Fact]
    public void Every_price_has_a_row_with_the_last_position_of_each_account_in_its_hours() =>
        Gen.Select(s_prices, s_positions).Sample((prices, positions) =>
        {
            IReadOnlyList<PricePositions> rows = PricePositions.Of(prices, positions);
            Assert.Equal(prices.OrderBy(p => p.Symbol).ThenBy(p => p.BucketStart), rows.Select(r => r.Price));
            foreach (PricePositions row in rows)
            {
                SilverPosition[] naive =
                [
                    .. positions.Where(p => p.Symbol == row.Price.Symbol && p.EventTime >= row.Price.BucketStart && p.EventTime < row.Price.BucketEnd)
                        .GroupBy(p => p.Uid).Select(g => g.MaxBy(p => p.UpdateTs)!).OrderBy(p => p.Uid, StringComparer.Ordinal),
                ];
                Assert.Equal(naive.Select(BucketPosition.Of), row.Positions);
                Assert.Equal((naive.Count(p => p.Amount >= 0), naive.Count(p => p.Amount < 0)), (row.LongCount, row.ShortCount));
                Assert.Equal(naive.Where(p => p.Amount >= 0).Sum(p => Math.Abs(p.Amount) * p.MarkPrice), row.LongNotional, 1e-6);
                Assert.Equal(naive.Where(p => p.Amount < 0).Sum(p => Math.Abs(p.Amount) * p.MarkPrice), row.ShortNotional, 1e-6);
            }
        });

    [Fact]
    public void The_order_of_rows_does_not_matter() =>
        Gen.Select(s_prices, s_positions, Gen.Int[0, 1_000]).Sample((prices, positions, seed) =>
        {
            SilverPosition[] shuffled = [.. positions];
            new Random(seed).Shuffle(shuffled);
            Assert.Equal(PricePositions.Of(prices, positions), PricePositions.Of(prices.Reverse(), shuffled));
            Assert.Equal(PositionSummary.Of(positions), PositionSummary.Of(shuffled));
        });

    [Fact]
    public void The_summary_is_the_newest_row_of_every_account_and_symbol() =>
        s_positions.Sample(positions => Assert.Equal(
            positions.GroupBy(p => (p.Uid, p.Symbol)).Select(g => g.MaxBy(p => p.UpdateTs)!.UniqueKey).Order(StringComparer.Ordinal),
            PositionSummary.Of(positions).Select(s => RawPosition.KeyOf(s.Uid, s.Symbol.Code, s.EventTime.Milliseconds)).Order(StringComparer.Ordinal)));
}
