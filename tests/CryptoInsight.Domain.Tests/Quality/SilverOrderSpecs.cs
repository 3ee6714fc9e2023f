using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Quality;
using CsCheck;
using static CryptoInsight.Domain.Tests.Candles;

namespace CryptoInsight.Domain.Tests.Quality;

/// <summary>INV-3.</summary>
public sealed class SilverOrderSpecs
{
    private static readonly SilverCandle s_row = new(Btc, Of("1m"), new Candle(Monday, 1, 1, 1, 1, 1, Monday + 1L, 1, 1, 1, 1), Monday + 100L, "b");

    private static readonly Gen<double> s_number = Gen.OneOf(Gen.Const(0.0), Gen.Const(-0.0), Gen.Const(1.0), Gen.Const(-1.0), Gen.Const(double.NaN), Gen.Double);

    private static readonly Gen<SilverCandle> s_rows =
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 2], s_number.Array[5], s_number.Nullable(), Gen.Long[0, 2].Nullable(), s_number.Nullable(), Gen.Int[0, 2]).Select((ingest, source, x, quote, trades, taker, close) =>
            new SilverCandle(Btc, Of("1m"), new Candle(Monday, x[0], x[1], x[2], x[3], x[4], Monday + close, quote, trades, taker, taker), Monday + ingest, "s" + source));

    private static int Compare(SilverCandle a, SilverCandle b) => SilverOrder.Instance.Compare(a, b);

    public static TheoryData<SilverCandle> Greater => new(
        s_row with { IngestTime = Monday + 101L, Source = "a" },
        s_row with { Source = "c", Candle = s_row.Candle with { Open = 0 } },
        s_row with { Candle = s_row.Candle with { Open = 2, High = 0 } },
        s_row with { Candle = s_row.Candle with { High = 2, Low = 0 } },
        s_row with { Candle = s_row.Candle with { Low = 2, Close = 0 } },
        s_row with { Candle = s_row.Candle with { Close = 2, Volume = 0 } },
        s_row with { Candle = s_row.Candle with { Volume = 2, CloseTime = Monday } },
        s_row with { Candle = s_row.Candle with { CloseTime = Monday + 2L, QuoteVolume = null } },
        s_row with { Candle = s_row.Candle with { QuoteVolume = 2, Trades = null } },
        s_row with { Candle = s_row.Candle with { Trades = 2, TakerBuyBase = null } },
        s_row with { Candle = s_row.Candle with { TakerBuyBase = 2, TakerBuyQuote = null } },
        s_row with { Candle = s_row.Candle with { TakerBuyQuote = 2 } });

    [Theory]
    [MemberData(nameof(Greater))]
    public void Columns_decide_in_their_order_and_nulls_come_first(SilverCandle greater)
    {
        Assert.True(Compare(greater, s_row) > 0);
        Assert.True(Compare(s_row, greater) < 0);
        Assert.IsType<SilverVerdict.Accepted>(SilverOrder.Decide(s_row, greater));
        Assert.IsType<SilverVerdict.Superseded>(SilverOrder.Decide(greater, s_row));
    }

    [Fact]
    public void The_order_is_total()
    {
        Gen.Select(s_rows, s_rows, s_rows).Sample((a, b, c) =>
        {
            Assert.Equal(Math.Sign(Compare(a, b)), -Math.Sign(Compare(b, a)));
            Assert.True(!(Compare(a, b) <= 0 && Compare(b, c) <= 0) || Compare(a, c) <= 0);
            Assert.Equal(0, Compare(a, a with { }));
        });
        Assert.True(Compare(s_row with { Candle = s_row.Candle with { Open = -0.0 } }, s_row with { Candle = s_row.Candle with { Open = 0.0 } }) < 0);
    }

    [Fact]
    public void The_same_row_wins_in_whatever_order_rows_are_read() =>
        Gen.Select(s_rows.Array[1, 8], Gen.Int).Sample((rows, seed) =>
        {
            SilverCandle Winner(IEnumerable<SilverCandle> read)
            {
                SilverCandle? held = null;
                foreach (SilverCandle row in read)
                {
                    held = SilverOrder.Decide(held, row).Match(accepted => row, superseded => held, unchanged => held, quarantined => held);
                }

                return held!;
            }

            SilverCandle[] shuffled = [.. rows];
            new Random(seed).Shuffle(shuffled);
            Assert.Equal(0, Compare(Winner(rows), Winner(shuffled)));
        });

    [Fact]
    public void An_equal_row_is_unchanged_and_another_key_is_refused()
    {
        Assert.IsType<SilverVerdict.Unchanged>(SilverOrder.Decide(s_row, s_row with { }));
        Assert.IsType<SilverVerdict.Accepted>(SilverOrder.Decide(null, s_row));
        Assert.IsType<SilverVerdict.Accepted>(SilverOrder.Decide(s_row, s_row with { IngestTime = s_row.IngestTime + 1L }));
        Assert.Throws<ArgumentException>(() => SilverOrder.Decide(s_row, s_row with { Interval = Of("5m") }));
    }
}
