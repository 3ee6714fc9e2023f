using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Quality;
using CryptoInsight.Domain.Signals;
using CsCheck;
using static CryptoInsight.Domain.Tests.Candles;

namespace CryptoInsight.Domain.Tests.Quality;

public sealed class ExpectationSpecs
{
    private static readonly Candle s_good = new(Monday, 10, 12, 9, 11, 5, Monday + 59_999_000L, 50, 7, 2, 20);

    private static SilverCandle Silver(Candle candle, UnixMicros? ingest = null) => new(Btc, Of("1m"), candle, ingest ?? Monday + 60_500_000L, "binance.spot.rest");

    private static string[] Broken(Candle candle, UnixMicros? ingest = null)
    {
        CandleFindings findings = ExpectationSet.Default.Judge(Silver(candle, ingest));
        return [.. Enum.GetValues<CandleRule>().Where(findings.Breaks).Select(Expectation.CodeOf)];
    }

    [Fact]
    public void A_good_candle_breaks_nothing()
    {
        CandleFindings findings = ExpectationSet.Default.Judge(Silver(s_good));
        Assert.True(findings.IsClean);
        Assert.Null(findings.Worst);
        Assert.Null(findings.Gravest);
        Assert.Null(findings.ToQuarantine(Silver(s_good)));
        Assert.Empty(Broken(s_good with { QuoteVolume = null, Trades = null, TakerBuyBase = null, TakerBuyQuote = null }));
        Assert.Empty(Broken(s_good with { Volume = 0, QuoteVolume = 0, Trades = 0 }));
    }

    public static TheoryData<Candle, string> Bad => new()
    {
        { s_good with { Open = double.NaN }, "not_finite" },
        { s_good with { High = double.PositiveInfinity }, "not_finite" },
        { s_good with { TakerBuyQuote = double.NegativeInfinity }, "not_finite" },
        { s_good with { Volume = 1.1e20 }, "out_of_range" },
        { s_good with { TakerBuyBase = 1.1e20 }, "out_of_range" },
        { s_good with { Trades = long.MaxValue }, "out_of_range" },
        { s_good with { Low = 10.5 }, "low_above_body" },
        { s_good with { Open = 8.9 }, "low_above_body" },
        { s_good with { High = 10.5 }, "high_below_body" },
        { s_good with { Volume = -0.1 }, "volume_negative" },
        { s_good with { QuoteVolume = -0.1 }, "volume_negative" },
        { s_good with { Trades = -1 }, "trades_negative" },
        { s_good with { OpenTime = Monday + 1_000L }, "off_grid" },
        { s_good with { OpenTime = new UnixMicros(Monday.Value / 1000) }, "time_implausible" },
        { s_good with { OpenTime = new UnixMicros(long.MaxValue) }, "time_implausible" },
        { s_good with { CloseTime = Monday + -1L }, "time_implausible" },
        { s_good with { CloseTime = Monday + 60_000_001L }, "close_beyond_interval" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_bad_candle_breaks_its_rule_and_no_other(Candle candle, string code) => Assert.Equal([code], Broken(candle));

    [Fact]
    public void A_candle_may_arrive_up_to_five_seconds_before_its_close()
    {
        Assert.Empty(Broken(s_good, s_good.CloseTime - TimeSpan.FromSeconds(5)));
        Assert.Equal(["close_after_ingest"], Broken(s_good, s_good.CloseTime - TimeSpan.FromSeconds(5) + -1L));
    }

    [Fact]
    public void A_candle_cut_short_by_an_outage_is_good() => Assert.Empty(Broken(s_good with { CloseTime = Monday + 58_146_000L }));

    [Fact]
    public void A_quarantine_has_the_code_and_says_what_is_wrong_with_what()
    {
        SilverCandle candle = Silver(s_good with { Low = 20, Volume = -1 });
        SilverVerdict.Quarantined verdict = ExpectationSet.Default.Judge(candle).ToQuarantine(candle)!;
        Assert.Equal("low_above_body", verdict.Code);
        Assert.Equal("BTCUSDT 1m 2024-01-01T00:00:00.000000Z: Low 20 is above open 10 or close 11. A volume is negative (volume -1).", verdict.Message);
    }

    [Fact]
    public void Any_candle_can_be_described() =>
        Gen.Select(Gen.Double, Gen.Double, Gen.Long, Gen.Long, Gen.Long).Sample((a, b, open, close, ingest) =>
        {
            SilverCandle candle = new(Btc, Of("1M"), new Candle(new UnixMicros(open), a, b, a, b, a, new UnixMicros(close), b, open, a, b), new UnixMicros(ingest), "x");
            Assert.NotEmpty(ExpectationSet.Default.Judge(candle).Describe(candle));
        });

    [Fact]
    public void What_passes_the_vital_rules_can_be_folded() =>
        Gen.Select(Gen.Double, Gen.Long[0, 4_200_000_000], Gen.Long).Sample((x, seconds, trades) =>
        {
            Candle candle = At(UnixMicros.FromSeconds(seconds), x, volume: x, quoteVolume: x, trades: trades);
            CandleFindings findings = ExpectationSet.Default.Judge(Silver(candle, candle.CloseTime));
            bool vital = ExpectationSet.Default.Expectations.Any(e => e.IsVital && findings.Breaks(e.Rule));
            Exception? e = Record.Exception(() => SymbolTransitions.Rows(Btc, [(Of("1m"), candle)], Context("1m=[5m]")));
            Assert.True(vital || e is null, $"{e?.Message} although only {string.Join(", ", Broken(candle, candle.CloseTime))}");
        });

    [Fact]
    public void Actions_are_configurable_and_the_gravest_decides()
    {
        ExpectationSet set = ExpectationSet.Parse([new("low_above_body", "Warn"), new("volume_negative", "fail")]);
        SilverCandle low = Silver(s_good with { Low = 20 }), both = Silver(s_good with { Low = 20, Volume = -1 });
        Assert.Equal(ExpectationAction.Warn, set.Judge(low).Worst);
        Assert.Null(set.Judge(low).ToQuarantine(low));
        Assert.Equal(ExpectationAction.Fail, set.Judge(both).Worst);
        Assert.Equal(CandleRule.VolumeNegative, set.Judge(both).Gravest!.Rule);
        Assert.NotEqual(ExpectationSet.Default, set);
        Assert.Equal(ExpectationSet.Default.With(CandleRule.LowAboveBody, ExpectationAction.Warn).With(CandleRule.VolumeNegative, ExpectationAction.Fail), set);
    }

    [Fact]
    public void A_vital_rule_cannot_only_warn_and_every_fault_of_a_configuration_is_listed()
    {
        Assert.Throws<ArgumentException>(() => ExpectationSet.Default.With(CandleRule.NotFinite, ExpectationAction.Warn));
        FormatException e = Assert.Throws<FormatException>(() => ExpectationSet.Parse([new("off_grid", "warn"), new("no_such", "warn"), new("low_above_body", "3"), new("high_below_body", "")]));
        foreach (string part in new[] { "off_grid cannot only warn", "unknown rule", "low_above_body has no action", "high_below_body has no action" })
        {
            Assert.Contains(part, e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Counts_are_per_rule_and_add_up()
    {
        ExpectationCounts counts = new(), other = new();
        counts.Add(ExpectationSet.Default.Judge(Silver(s_good)));
        counts.Add(ExpectationSet.Default.Judge(Silver(s_good with { Low = 20, Volume = -1 })));
        other.Add(ExpectationSet.Default.Judge(Silver(s_good with { Low = 20 })));
        counts.Add(other);
        Assert.Equal((3, 2), (counts.Judged, counts.Broken));
        Assert.Equal([("low_above_body", 2L), ("volume_negative", 1L)], counts.ByCode().Select(c => (c.Key, c.Value)));
    }

    [Fact]
    public void Judging_allocates_nothing()
    {
        ExpectationSet set = ExpectationSet.Default;
        Interval minute = Of("1m");
        int broken = 0;
        void Judge(int count)
        {
            for (int i = 0; i < count; i++)
            {
                broken += set.Judge(minute, s_good, s_good.CloseTime).IsClean ? 0 : 1;
            }
        }

        Judge(100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Judge(1_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(0, broken);
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(100, null)]
    [InlineData(-1, "index_out_of_range")]
    [InlineData(101, "index_out_of_range")]
    public void The_index_lies_between_0_and_100(int value, string? code)
    {
        Assert.Equal(code, FearGreedExpectation.Judge(new FearGreedPoint(Monday, value, "x"))?.Code);
        Assert.Equal("time_implausible", FearGreedExpectation.Judge(new FearGreedPoint(new UnixMicros(1), value, "x"))?.Code);
    }
}
