using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using static CryptoInsight.Domain.Tests.Candles;

namespace CryptoInsight.Domain.Tests.Signals;

public sealed class BucketSpecs
{
    private static readonly Interval s_minute = Of("1m");

    private static UnixMicros Minute(int n) => Monday + TimeSpan.FromMinutes(n);

    [Fact]
    public void A_bucket_takes_the_first_open_the_last_close_the_extremes_and_the_sums()
    {
        (Interval, Candle)[] candles =
        [
            (s_minute, new Candle(Minute(2), 12, 15, 11, 14, 0.2, Minute(3), 2.5, 3, null, null)),
            (s_minute, new Candle(Minute(0), 10, 13, 9, 12, 0.1, Minute(1), 1.25, 2, null, null)),
            (s_minute, new Candle(Minute(1), 12, 14, 8, 13, 0.3, Minute(2), 3.75, 4, null, null)),
        ];
        SignalRow row = Assert.Single(SymbolTransitions.Rows(Btc, candles, Context("1m=[5m]")));
        Assert.Equal((10, 15, 8, 14), (row.Open, row.High, row.Low, row.Close));
        Assert.Equal(0.6, row.Volume);
        Assert.Equal(7.5, row.QuoteVolume);
        Assert.Equal(7.5 / 0.6, row.Vwap);
        Assert.Equal(13, row.AvgPrice);
        Assert.Equal(9, row.Trades);
        Assert.Equal(3, row.Candles);
        Assert.Equal((Minute(0), Minute(5)), (row.BucketStart, row.BucketEnd));
        Assert.Equal("5m", row.Timeframe.Code);
    }

    [Fact]
    public void Decimals_add_up_exactly_where_doubles_do_not()
    {
        (Interval, Candle)[] candles = [.. Enumerable.Range(0, 10).Select(i => (s_minute, At(Minute(i), 1, volume: 0.1)))];
        Assert.NotEqual(1.0, candles.Take(10).Aggregate(0.0, (sum, c) => sum + c.Item2.Volume));
        Assert.Equal(1.0, SymbolTransitions.Rows(Btc, candles, Context("1m=[15m]")).Single().Volume);
    }

    [Fact]
    public void Huge_volumes_stay_exact()
    {
        double huge = 1e12 + 0.5;
        (Interval, Candle)[] candles = [.. Enumerable.Range(0, 60).Select(i => (s_minute, At(Minute(i), 1, volume: huge, quoteVolume: Candle.MagnitudeMax)))];
        SignalRow row = SymbolTransitions.Rows(Btc, candles, Context("1m=[1h]")).Single();
        Assert.Equal(60 * huge, row.Volume);
        Assert.Equal(60 * Candle.MagnitudeMax, row.QuoteVolume);
    }

    [Fact]
    public void One_candle_without_quote_volume_or_trades_takes_them_from_the_whole_bucket()
    {
        Candle full = At(Minute(0), 10, volume: 2, quoteVolume: 20, trades: 5);
        SignalRow Row(Candle second) => SymbolTransitions.Rows(Btc, [(s_minute, full), (s_minute, second)], Context("1m=[5m]")).Single();
        Assert.Equal((40, 10, 10), (Row(full with { OpenTime = Minute(1) }).QuoteVolume, Row(full with { OpenTime = Minute(1) }).Vwap, Row(full with { OpenTime = Minute(1) }).Trades));
        SignalRow noQuote = Row(full with { OpenTime = Minute(1), QuoteVolume = null });
        Assert.Equal((null, null, 10), (noQuote.QuoteVolume, noQuote.Vwap, noQuote.Trades));
        SignalRow noTrades = Row(full with { OpenTime = Minute(1), Trades = null });
        Assert.Equal((40, 10, null), (noTrades.QuoteVolume, noTrades.Vwap, noTrades.Trades));
    }

    [Fact]
    public void No_volume_means_no_vwap()
    {
        SignalRow row = SymbolTransitions.Rows(Btc, [(s_minute, At(Minute(0), 10, volume: 0, quoteVolume: 0))], Context("1m=[5m]")).Single();
        Assert.Null(row.Vwap);
        Assert.Equal(0, row.QuoteVolume);
    }

    [Fact]
    public void Minus_zero_becomes_zero()
    {
        SignalRow row = SymbolTransitions.Rows(Btc, [(s_minute, At(Minute(0), -0.0, volume: -0.0, quoteVolume: -0.0))], Context("1m=[5m]")).Single();
        foreach (double x in new[] { row.Open, row.High, row.Low, row.Close, row.AvgPrice, row.Volume, row.QuoteVolume!.Value })
        {
            Assert.Equal(0L, BitConverter.DoubleToInt64Bits(x));
        }
    }

    [Fact]
    public void A_bucket_is_final_when_full_or_when_the_watermark_reached_its_end()
    {
        (Interval, Candle)[] candles = [.. Enumerable.Range(0, 8).Where(i => i != 6).Select(i => (s_minute, At(Minute(i), 1)))];
        bool[] Finals(Watermarks watermarks) => [.. SymbolTransitions.Rows(Btc, candles, Context("1m=[5m]", watermarks)).Select(r => r.IsFinal)];
        Assert.Equal([true, false], Finals(Watermarks.None));
        Assert.Equal([true, false], Finals(Watermarks.None.With(s_minute, Minute(10) + -1L)));
        Assert.Equal([true, true], Finals(Watermarks.None.With(s_minute, Minute(10))));
        Assert.Equal([true, false], Finals(Watermarks.None.With(Of("5m"), Minute(10))));
    }

    [Fact]
    public void Weeks_start_on_monday_and_months_on_the_first()
    {
        (Interval, Candle)[] days = Series("1d", [.. Enumerable.Range(0, 61).Select(i => 1.0 + i)]);
        IReadOnlyList<SignalRow> rows = SymbolTransitions.Rows(Btc, days, Context("1d=[1w,1M]"));
        Assert.All(rows.Where(r => r.Timeframe.Code == "1w"), r => Assert.Equal(DayOfWeek.Monday, r.BucketStart.ToDateTimeOffset().DayOfWeek));
        SignalRow[] months = [.. rows.Where(r => r.Timeframe.Code == "1M")];
        Assert.Equal([31, 29, 1], months.Select(m => m.Candles));
        Assert.Equal([true, true, false], months.Select(m => m.IsFinal));
    }

    [Theory]
    [InlineData(0, 50)] // at the bucket's end
    [InlineData(72, 50)] // exactly 72 h old
    [InlineData(-1, null)] // after the end
    [InlineData(73, null)] // too old
    public void The_index_counts_from_its_time_on_for_72_hours(int hoursBeforeEnd, int? expected)
    {
        UnixMicros end = Monday + TimeSpan.FromHours(100);
        FearGreedIndex index = FearGreedIndex.Of([new FearGreedPoint(end - TimeSpan.FromHours(hoursBeforeEnd), 50, "Neutral")]);
        SignalRow row = SymbolTransitions.Rows(Btc, [(Of("1h"), At(end - TimeSpan.FromHours(1), 1))], Context("1h=[1h]", index: index)).Single();
        Assert.Equal(expected, row.FngValue);
        Assert.Equal(expected is null ? null : "Neutral", row.FngLabel);
    }

    [Fact]
    public void The_newest_index_wins()
    {
        FearGreedIndex index = FearGreedIndex.Of([new(Monday, 20, "Extreme Fear"), new(Monday + TimeSpan.FromDays(1), 80, "Extreme Greed"), new(Monday + TimeSpan.FromDays(2), 5, "later")]);
        SignalRow row = SymbolTransitions.Rows(Btc, [(Of("1h"), At(Monday + TimeSpan.FromHours(30), 1))], Context("1h=[1h]", index: index)).Single();
        Assert.Equal(("Extreme Greed", 80), (row.FngLabel, row.FngValue));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(1.1e20)]
    public void A_candle_that_silver_must_not_hold_is_refused(double bad)
    {
        SymbolState empty = SymbolTransitions.Build(Btc, [], Context("1m=[5m]"));
        foreach (Candle candle in new[] { At(Minute(0), bad), At(Minute(0), 1, volume: bad), At(Minute(0), 1, quoteVolume: bad) })
        {
            Assert.Throws<InvalidDataException>(() => SymbolTransitions.Rows(Btc, [(s_minute, candle)], Context("1m=[5m]")));
            Assert.Throws<InvalidDataException>(() => SymbolTransitions.Apply(empty, [new CandleChange.Put(s_minute, candle)], empty.Context));
        }
    }

    [Fact]
    public void A_key_twice_or_off_the_grid_is_refused()
    {
        Assert.Throws<InvalidDataException>(() => SymbolTransitions.Rows(Btc, [(s_minute, At(Minute(0), 1)), (s_minute, At(Minute(0), 1))], Context("1m=[5m]")));
        Assert.Throws<InvalidDataException>(() => SymbolTransitions.Rows(Btc, [(Of("1M"), At(Monday, 1)), (Of("1M"), At(Monday, 1))], Context("1M=[1M]")));
        Assert.Throws<InvalidDataException>(() => SymbolTransitions.Rows(Btc, [(s_minute, At(Minute(0) + 1L, 1))], Context("1m=[5m]")));
        SymbolState empty = SymbolTransitions.Build(Btc, [], Context("1m=[5m]"));
        Assert.Throws<InvalidDataException>(() => SymbolTransitions.Apply(empty, [new CandleChange.Put(s_minute, At(Minute(0) + 1L, 1))], empty.Context));
    }

    [Fact]
    public void Columns_give_the_same_rows_as_candles()
    {
        Candle[] candles = [.. Enumerable.Range(0, 300).Select(i => At(Minute(i), i % 7, volume: i, quoteVolume: i % 3 == 0 ? null : i * 2, trades: i % 4 == 0 ? null : i))];
        CandleHistory columns = new();
        columns.Add(s_minute, new CandleColumns
        {
            OpenTime = candles.Select(c => c.OpenTime.Value).ToArray(),
            Open = candles.Select(c => c.Open).ToArray(),
            High = candles.Select(c => c.High).ToArray(),
            Low = candles.Select(c => c.Low).ToArray(),
            Close = candles.Select(c => c.Close).ToArray(),
            Volume = candles.Select(c => c.Volume).ToArray(),
            QuoteVolume = candles.Select(c => c.QuoteVolume ?? double.NaN).ToArray(),
            Trades = candles.Select(c => c.Trades ?? CandleColumns.NoTrades).ToArray(),
        });
        Assert.Equal(candles.Length, columns.Count);
        Assert.Equal(SymbolTransitions.Rows(Btc, [.. candles.Select(c => (s_minute, c))], Context("1m=[5m]")), SymbolTransitions.Rows(Btc, columns, Context("1m=[5m]")));
    }
}
