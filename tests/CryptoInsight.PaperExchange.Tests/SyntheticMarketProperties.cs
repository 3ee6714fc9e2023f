using CryptoInsight.Domain.Market;
using CryptoInsight.PaperExchange.Market;
using CryptoInsight.PaperExchange.Synthetic;
using CsCheck;

namespace CryptoInsight.PaperExchange.Tests;

public class SyntheticMarketProperties
{
    private const long Minute = 60 * UnixMicros.PerSecond;

    private static readonly Gen<string> s_symbol = Gen.OneOf(Gen.Const("BTCUSDT"), Gen.Const("ETHUSDT"), Gen.Const("DOGEUSDT"), Gen.Const("FILUSDT"), Gen.Const("QUIETUSDT"), Gen.Const("COINA1USDT"), Gen.Const("COINB7BTC"));

    private static readonly Gen<UnixMicros> s_time =
        Gen.Long[Markets.At("2017-08-01T00:00:00Z").Value, Markets.At("2031-01-01T00:00:00Z").Value].Select(t => new UnixMicros(t));

    [Fact]
    public void A_candle_of_any_interval_is_the_exact_sum_of_its_minutes()
    {
        Gen.Select(s_symbol, Gen.Int[1, 15], s_time, Gen.Long[0, 3]).Sample((symbol, rank, at, seed) =>
        {
            ISeries series = Markets.Series(symbol, seed);
            Interval interval = Interval.All[rank];
            UnixMicros now = Markets.At("2031-06-01T00:00:00Z");
            UnixMicros open = interval.Floor(at);
            List<Kline> whole = Markets.Klines(series, interval.Code, open, open, now: now);
            List<Kline> minutes = Markets.Klines(series, "1m", open, new UnixMicros(interval.Next(open).Value - 1), now: now);
            if (minutes.Count == 0)
            {
                Assert.Empty(whole);
                return;
            }

            Assert.Equal(Markets.Sum(minutes), Assert.Single(whole).Bar);
        }, iter: 400);
    }

    [Fact]
    public void A_minute_is_the_exact_sum_of_its_seconds()
    {
        Gen.Select(s_symbol, s_time).Sample((symbol, at) =>
        {
            ISeries series = Markets.Series(symbol);
            UnixMicros now = Markets.At("2031-06-01T00:00:00Z");
            UnixMicros open = new(at.Value - at.Value % Minute);
            List<Kline> minute = Markets.Klines(series, "1m", open, open, now: now);
            List<Kline> seconds = Markets.Klines(series, "1s", open, new UnixMicros(open.Value + Minute - 1), now: now);
            if (minute.Count == 0)
            {
                Assert.Empty(seconds);
                return;
            }

            Assert.All(seconds, s => AssertSound(s.Bar, series.Instrument, isSecond: true));
            Assert.Equal(Markets.Sum(seconds), minute[0].Bar);
        }, iter: 2_000);
    }

    [Fact]
    public void What_is_asked_at_random_is_what_is_read_in_sequence()
    {
        ISeries sequential = Markets.Series("ETHUSDT");
        UnixMicros start = Markets.At("2024-02-27T00:00:00Z");
        List<Kline> all = Markets.Klines(sequential, "1m", start, start + TimeSpan.FromDays(3));
        Gen.Int[0, all.Count - 1].Sample(i =>
        {
            // A fresh exchange each time: nothing can have been remembered.
            Kline one = Markets.Klines(Markets.Series("ETHUSDT"), "1m", all[i].OpenTime, all[i].OpenTime).Single();
            Assert.Equal(all[i], one);
        }, iter: 200);
    }

    [Fact]
    public void The_same_seed_makes_the_same_market_and_another_seed_another()
    {
        UnixMicros start = Markets.At("2025-05-05T00:00:00Z");
        List<Kline> a = Markets.Klines(Markets.Series("SOLUSDT", 7), "1h", start, null, 500);
        Assert.Equal(a, Markets.Klines(Markets.Series("SOLUSDT", 7), "1h", start, null, 500));
        List<Kline> b = Markets.Klines(Markets.Series("SOLUSDT", 8), "1h", start, null, 500);
        Assert.True(a.Zip(b).Count(p => p.First.Bar.Close == p.Second.Bar.Close) < 25);
    }

    [Fact]
    public void Every_minute_is_sound()
    {
        Gen.Select(s_symbol, s_time, Gen.Long[0, 50]).Sample((symbol, at, seed) =>
        {
            ISeries series = Markets.Series(symbol, seed);
            Kline? previous = null;
            foreach (Kline k in Markets.Klines(series, "1m", at, null, 120, Markets.At("2031-06-01T00:00:00Z")))
            {
                AssertSound(k.Bar, series.Instrument, isSecond: false);
                Assert.True(k.CloseTime > k.OpenTime && k.CloseTime < k.OpenTime + Minute);
                if (k.Bar.Trades == 0 && previous is { } p && p.OpenTime + Minute == k.OpenTime)
                {
                    Assert.Equal(Bar.Flat(p.Bar.Close), k.Bar);
                }

                previous = k;
            }
        }, iter: 300);
    }

    [Fact]
    public void A_thousand_symbols_are_ready_at_once_and_every_one_has_prices_on_a_fine_grid()
    {
        string[] names = [.. Enumerable.Range(0, 1_000).Select(i => $"COIN{i}USDT")];
        long before = TimeProvider.System.GetTimestamp();
        Venue venue = Markets.Venue(symbols: names);
        Assert.True(TimeProvider.System.GetElapsedTime(before) < TimeSpan.FromSeconds(1), "Opening a thousand symbols takes milliseconds; a second is far too long.");
        Assert.Equal(names, venue.Series.Select(s => s.Instrument.Code));
        foreach (ISeries series in venue.Series)
        {
            Kline newest = Assert.Single(Markets.Klines(series, "1h", null, null, 1));
            Assert.True(newest.Bar.Close > 100 * series.Instrument.Tick, $"{series.Instrument.Code} trades at {newest.Bar.Close} with a tick of {series.Instrument.Tick}.");
        }
    }

    [Fact]
    public void A_thinly_traded_symbol_has_quiet_minutes_that_repeat_the_last_price()
    {
        string thin = Enumerable.Range(0, 300).Select(i => $"COIN{i}USDT").MinBy(c => Listings.Describe(1, c).Temperament is var t ? t.DailyTurnover / t.TradeSize : 0)!;
        ISeries series = Markets.Series(thin, outages: false);
        List<Kline> minutes = Markets.Klines(series, "1m", Markets.At("2025-07-01T00:00:00Z"), null, 5_000);
        int quiet = minutes.Count(m => m.Bar.Trades == 0);
        Assert.InRange(quiet, 500, 4_500);
        Assert.All(minutes.Zip(minutes.Skip(1)).Where(p => p.Second.Bar.Trades == 0), p => Assert.Equal(Bar.Flat(p.First.Bar.Close), p.Second.Bar));
        Assert.All(minutes.Where((_, i) => i % 97 == 0), m => Assert.Equal(m, Markets.Klines(Markets.Series(thin, outages: false), "1m", m.OpenTime, m.OpenTime).Single()));
    }

    [Fact]
    public void There_are_outages_months_apart_that_hit_every_symbol_and_cut_longer_candles_short()
    {
        Venue venue = Markets.Venue();
        OutageCalendar calendar = ((SyntheticSeries)venue.Series[0]).Outages;
        List<Outage> outages = [.. calendar.Between(Markets.At("2021-01-01T00:00:00Z"), Markets.At("2026-01-01T00:00:00Z"))];
        Assert.InRange(outages.Count, 17, 20);
        foreach (Outage o in outages)
        {
            foreach (string symbol in (string[])["BTCUSDT", "LINKUSDT"])
            {
                Assert.True(venue.TryFind(symbol, out ISeries? series));
                List<Kline> around = Markets.Klines(series, "1m", o.LastEvent + TimeSpan.FromMinutes(-2), o.Resume + TimeSpan.FromMinutes(2));
                Assert.DoesNotContain(around, k => k.OpenTime > o.LastEvent && k.OpenTime < o.Resume);
                Assert.Contains(around, k => k.OpenTime == o.Resume);
                Kline last = around.Last(k => k.OpenTime <= o.LastEvent);
                Assert.Equal(o.LastEvent.Milliseconds, last.CloseTime.Milliseconds);
            }

            foreach (string interval in (string[])["5m", "15m", "1h", "4h"])
            {
                Interval i = Interval.Parse(interval);
                UnixMicros bucket = i.Floor(o.LastEvent);
                Kline k = Markets.Klines(venue.Series[0], interval, bucket, bucket).Single();
                bool swallowed = i.Next(bucket) <= o.Resume;
                Assert.Equal(swallowed ? o.LastEvent.Milliseconds : i.Next(bucket).Milliseconds - 1, k.CloseTime.Milliseconds);
            }
        }

        Assert.Contains(outages, o => o.LastEvent.Milliseconds % 60_000 == 59_999);
        Assert.Contains(outages, o => o.LastEvent.Milliseconds % 60_000 != 59_999);
    }

    [Fact]
    public void The_market_behaves_like_one()
    {
        ISeries series = Markets.Series("BTCUSDT", outages: false);
        List<Kline> days = Markets.Klines(series, "1d", Markets.At("2018-01-01T00:00:00Z"), Markets.At("2025-12-31T00:00:00Z"));
        double[] returns = [.. days.Zip(days.Skip(1)).Select(p => Math.Log((double)p.Second.Bar.Close / p.First.Bar.Close))];
        double daily = Deviation(returns);
        Assert.InRange(daily, 0.015, 0.045);
        Assert.True(Kurtosis(returns) > 4, "Daily returns have fat tails.");
        Assert.InRange(days.Max(d => d.Bar.High) / (double)days.Min(d => d.Bar.Low), 3, 100);

        List<Kline> minutes = Markets.Klines(series, "1m", Markets.At("2024-03-04T00:00:00Z"), Markets.At("2024-04-01T00:00:00Z"));
        double[] steps = [.. minutes.Zip(minutes.Skip(1)).Select(p => Math.Log((double)p.Second.Bar.Close / p.First.Bar.Close))];
        Assert.True(Kurtosis(steps) > 8, "Minute returns have fatter tails.");
        Assert.InRange(Correlation(steps, 1), -0.05, 0.05); // no free lunch
        double[] sizes = [.. steps.Select(Math.Abs)];
        Assert.True(Correlation(sizes, 1) > 0.15 && Correlation(sizes, 60) > 0.05, "Calm follows calm, wild follows wild.");
        double[] volumes = [.. minutes.Select(m => (double)m.Bar.QuoteVolume)];
        Assert.InRange(Deviation(volumes) / volumes.Average(), 0.8, 4);
        Assert.InRange(volumes.Average() * 1440 / Bar.One, 3e8, 8e9);
        double afternoon = minutes.Where(m => m.OpenTime.ToDateTimeOffset().Hour is 14 or 15).Average(m => (double)m.Bar.QuoteVolume);
        double night = minutes.Where(m => m.OpenTime.ToDateTimeOffset().Hour is 4 or 5).Average(m => (double)m.Bar.QuoteVolume);
        Assert.True(afternoon > 1.4 * night, "The American afternoon is busier than the night.");
    }

    private static void AssertSound(in Bar b, Instrument i, bool isSecond)
    {
        Assert.True(b.Low > 0 && b.Low <= Math.Min(b.Open, b.Close) && b.High >= Math.Max(b.Open, b.Close), $"{b}");
        Assert.All((long[])[b.Open, b.High, b.Low, b.Close], p => Assert.Equal(0, p % i.Tick));
        Assert.True(b.Volume % i.Step == 0 && b.TakerBase % i.Step == 0, $"{b}");
        Assert.True(b.TakerBase >= 0 && b.TakerBase <= b.Volume && b.TakerQuote >= 0 && b.TakerQuote <= b.QuoteVolume, $"{b}");
        Assert.True(b.Trades > 0 == b.Volume > 0 && b.Trades * (Int128)i.Step <= b.Volume, $"{b}");
        Assert.True(b.QuoteVolume >= b.Volume * b.Low / Bar.One && b.QuoteVolume <= b.Volume * b.High / Bar.One + (isSecond ? 1 : 0), $"{b}");
    }

    private static double Deviation(double[] x)
    {
        double mean = x.Average();
        return Math.Sqrt(x.Average(v => (v - mean) * (v - mean)));
    }

    private static double Kurtosis(double[] x)
    {
        double mean = x.Average();
        double variance = x.Average(v => (v - mean) * (v - mean));
        return x.Average(v => Math.Pow(v - mean, 4)) / (variance * variance);
    }

    private static double Correlation(double[] x, int lag)
    {
        double mean = x.Average();
        double variance = x.Sum(v => (v - mean) * (v - mean));
        return x.Skip(lag).Select((v, i) => (v - mean) * (x[i] - mean)).Sum() / variance;
    }
}
