using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Quality;
using CsCheck;

namespace CryptoInsight.Domain.Tests.Market;

public sealed class ExtraValuesSpecs
{
    private static readonly Gen<object?> s_value = Gen.OneOf(
        Gen.Bool.Select(_ => (object?)null), Gen.String[0, 3].Select(s => (object?)s), Gen.Long[-2, 2].Select(n => (object?)n), Gen.Int[-2, 2].Select(n => (object?)n),
        Gen.OneOf(Gen.Const(0d), Gen.Const(-0d), Gen.Const(1.5), Gen.Const(double.NaN)).Select(d => (object?)d), Gen.Bool.Select(b => (object?)b), Gen.Long[0, 3].Select(n => (object?)new UnixMicros(n)));

    [Fact]
    public void The_order_is_total_and_agrees_with_equality_and_hash()
    {
        Gen<ExtraValues> row = s_value.Array[0, 3].Select(v => ExtraValues.Of(v));
        Gen.Select(row, row, row).Sample((a, b, c) =>
        {
            Assert.Equal(Math.Sign(a.CompareTo(b)), -Math.Sign(b.CompareTo(a)));
            Assert.Equal(a.CompareTo(b) == 0, a.Equals(b));
            Assert.True(!a.Equals(b) || a.GetHashCode() == b.GetHashCode());
            Assert.True(a.CompareTo(b) > 0 || b.CompareTo(c) > 0 || a.CompareTo(c) <= 0);
        });
    }

    [Fact]
    public void Nulls_at_the_end_make_no_difference_so_a_new_column_changes_no_old_row()
    {
        Assert.Equal(ExtraValues.Of([1L]), ExtraValues.Of([1L, null, null]));
        Assert.Same(ExtraValues.None, ExtraValues.Of([null, null]));
        Assert.Null(ExtraValues.Of([1L])[7]);
    }

    [Fact]
    public void A_kind_that_no_column_has_is_refused() => Assert.Throws<ArgumentException>(() => ExtraValues.Of([1m]));

    [Fact]
    public void Of_two_rows_that_are_equal_otherwise_the_one_with_a_value_is_the_greater()
    {
        SilverCandle plain = new(Candles.Btc, Candles.Of("1m"), Candles.At(Candles.Monday, 1), Candles.Monday + 60_000_000L, "a");
        SilverCandle wider = plain with { Extra = ExtraValues.Of([0L]) };
        Assert.Equal(SilverVerdict.Accept, SilverOrder.Decide(plain, wider));
        Assert.Equal(SilverVerdict.Supersede, SilverOrder.Decide(wider, plain));
    }
}
