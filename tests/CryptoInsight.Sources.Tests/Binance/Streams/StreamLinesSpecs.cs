using CryptoInsight.Sources.Binance;
using CryptoInsight.Sources.Binance.Streams;

namespace CryptoInsight.Sources.Tests.Binance.Streams;

[Collection(nameof(VirtualTime))]
public sealed class StreamLinesSpecs
{
    private const long Hour = 3_600_000_000;
    private static readonly CandleSeries s_hourly = new(Symbol.Parse("BTCUSDT"), Interval.Parse("1h"));

    [Fact]
    public async Task Connections_are_replaced_before_their_day_is_over_at_different_times_and_nothing_is_lost()
    {
        CandleSeries[] many = [.. Enumerable.Range(0, 30).Select(i => new CandleSeries(Symbol.Parse($"S{i}USDT"), Interval.Parse("1h")))];
        using StreamRig rig = new(streams: o => o with { StreamsPerConnectionMax = 3 }, step: TimeSpan.FromHours(1));
        UnixMicros head = rig.Head(many[0]);
        UnixMicros start = rig.Rest.Exchange.Now;
        List<KlineFeedEvent> events = await rig.ReadToAsync(head + 60 * Hour, many);

        List<(UnixMicros At, Uri Address)> dials = [.. rig.Exchange.Dials];
        Assert.Equal(10, dials.Select(d => d.Address).Distinct().Count());
        foreach (IGrouping<Uri, (UnixMicros At, Uri Address)> line in dials.GroupBy(d => d.Address))
        {
            UnixMicros[] at = [.. line.Select(d => d.At)];
            Assert.All(at.Zip(at.Skip(1)), p => Assert.InRange(p.Second - p.First, 22 * Hour, 24 * Hour - 1));
        }

        List<UnixMicros> second = [.. dials.Where(d => d.At - start > Hour && d.At - start < 25 * Hour).Select(d => d.At)];
        Assert.True(second.Max() - second.Min() > Hour / 4, "The second day's connections are spread.");
        List<RawCandle> rows = [.. StreamRig.Rows(events).Where(r => r.OpenTime >= head && r.OpenTime < head + 60 * Hour)];
        Assert.Equal(60 * many.Length, rows.Count);
        Assert.Equal(rows.Count, rows.Select(r => r.Key).Distinct().Count());
        Assert.Equal(0, rig.Streams.Facts.Losses);
        Assert.All(rows, r => Assert.Equal("binance.spot.ws", r.Source));
    }

    [Fact]
    public async Task When_every_connection_is_cut_at_once_the_attempts_stay_below_the_exchanges_limit()
    {
        CandleSeries[] many = [.. Enumerable.Range(0, 40).Select(i => new CandleSeries(Symbol.Parse($"S{i}USDT"), Interval.Parse("1h")))];
        using StreamRig rig = new(streams: o => o with { StreamsPerConnectionMax = 1, AttemptsPerFiveMinutesMax = 60 }, step: TimeSpan.FromHours(1));
        UnixMicros head = rig.Head(many[0]);
        bool cut = false;
        UnixMicros up = head + 2 * Hour + Hour / 3;
        rig.Exchange.Refuses = _ => cut && rig.Rest.Exchange.Now < up ? new StreamBrokenException("refused (Test)") : null;
        rig.Exchange.Tells = (_, t) =>
        {
            if (!cut && t == head + Hour)
            {
                cut = true;
                rig.Exchange.End(isBroken: false);
            }

            return true;
        };
        List<KlineFeedEvent> events = await rig.ReadToAsync(head + 4 * Hour, many);

        List<UnixMicros> dials = [.. rig.Exchange.Dials.Select(d => d.At)];
        Assert.True(dials.Count > 100, "There was trouble enough to matter.");
        Assert.All(dials, d => Assert.InRange(dials.Count(o => o >= d && o - d < Hour / 12), 1, 60));
        List<RawCandle> rows = [.. StreamRig.Rows(events).Where(r => r.OpenTime >= head && r.OpenTime < head + 4 * Hour)];
        Assert.Equal(160, rows.Select(r => r.Key).Distinct().Count());
        Assert.Equal(160, rows.Count);
    }

    [Fact]
    public async Task A_refusal_that_says_for_how_long_is_obeyed()
    {
        using StreamRig rig = new(step: TimeSpan.FromHours(1));
        int asked = 0;
        rig.Exchange.Refuses = _ => asked++ == 0 ? new StreamBrokenException("HTTP 429", TimeSpan.FromMinutes(7)) : null;
        await rig.ReadToAsync(rig.Head(s_hourly) + 2 * Hour, s_hourly);
        UnixMicros[] dials = [.. rig.Exchange.Dials.Select(d => d.At)];
        Assert.Equal(2, dials.Length);
        Assert.InRange(dials[1] - dials[0], 7 * Hour / 60, 9 * Hour / 60);
    }

    [Fact]
    public void Streams_are_shared_out_by_number_and_by_length_of_the_address()
    {
        KlineStreamOptions options = new() { BaseUrl = new Uri("wss://exchange.test/"), StreamsPerConnectionMax = 200, AddressCharsMax = 4_000 };
        CandleSeries[] many =
        [
            .. Enumerable.Range(0, 1_000).SelectMany(i => (CandleSeries[])[new(Symbol.Parse($"SYM{i}USDT"), Interval.Parse("1m")), new(Symbol.Parse($"SYM{i}USDT"), Interval.Parse("1M"))]),
            .. Enumerable.Range(0, 50).Select(i => new CandleSeries(Symbol.Parse($"币安人生{i}USDT"), Interval.Parse("4h"))),
        ];
        IReadOnlyList<(Uri Address, IReadOnlyList<CandleSeries> Series)> plan = StreamPlan.Of([.. many, .. many], options);

        Assert.Equal(many, plan.SelectMany(p => p.Series));
        Assert.All(plan, p =>
        {
            Assert.InRange(p.Series.Count, 1, 200);
            Assert.InRange(p.Address.PathAndQuery.Length, 1, 4_100);
            Assert.Equal(p.Series.Select(s => $"{s.Symbol.Code.ToLowerInvariant()}@kline_{s.Interval}"), Uri.UnescapeDataString(p.Address.Query)["?streams=".Length..].Split('/'));
        });
        Assert.InRange(plan.Count, 11, 16);
    }
}
