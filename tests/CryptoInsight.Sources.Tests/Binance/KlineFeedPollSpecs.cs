using System.Globalization;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Sources.Tests.Binance;

[Collection(nameof(VirtualTime))]
public sealed class KlineFeedPollSpecs : IDisposable
{
    private const long Minute = 60_000_000;
    private static readonly UnixMicros s_noon = UnixMicros.From(DateTimeOffset.Parse("2025-06-01T12:00:00Z", CultureInfo.InvariantCulture));
    private readonly FeedRig _rig = new(clockAhead: TimeSpan.FromSeconds(90));

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task Each_candle_is_asked_for_right_after_its_close_by_the_exchanges_clock_and_given_once()
    {
        UnixMicros head = s_noon + Minute; // the exchange's clock says 12:01:50
        List<KlineFeedEvent> events = await _rig.ReadAsync(Poll(("BTCUSDT", "1m", head)), e => FeedRig.Range(e)?.SettledTo >= head + 5 * Minute);

        List<FetchedRange> ranges = [.. events.Select(FeedRig.Range).OfType<FetchedRange>()];
        Assert.Equal([.. Enumerable.Range(-2, 7).Select(i => head + i * Minute)], ranges.SelectMany(r => r.Rows).Select(FeedRig.Open));
        Assert.All(_rig.KlineRequests.Skip(1), r => Assert.InRange(r.At.Value % Minute, 200_000, 260_000));
        Assert.All(ranges, r => Assert.Equal(r.To, r.SettledTo));
        Assert.All(ranges.Skip(1), r => Assert.Equal(r.To + -3 * Minute, r.From)); // the new one and two again
        Assert.Equal(6, ranges.Count);
    }

    [Fact]
    public async Task A_revised_candle_is_given_again()
    {
        UnixMicros head = s_noon + Minute;
        bool revised = false;
        _rig.Exchange.CloseOf = t => t == head && revised ? "7" : "5";

        List<KlineFeedEvent> events = await _rig.ReadAsync(Poll(("BTCUSDT", "1m", head)), e =>
        {
            revised |= FeedRig.Range(e)?.Rows.Any(r => r.OpenTime == head) == true;
            return FeedRig.Range(e)?.SettledTo >= head + 4 * Minute;
        });

        Assert.Equal(["5", "7"], events.SelectMany(e => FeedRig.Range(e)?.Rows ?? []).Where(r => r.OpenTime == head).Select(r => r.RawJson.Split(',')[4].Trim('"')));
    }

    [Fact]
    public async Task What_is_missing_since_the_bookmark_comes_first_in_pages()
    {
        UnixMicros bookmark = s_noon + -2_500 * Minute;

        List<KlineFeedEvent> events = await _rig.ReadAsync(Poll(("BTCUSDT", "1m", bookmark)), e => FeedRig.Range(e)?.SettledTo >= s_noon + 3 * Minute);

        Assert.Equal([.. Enumerable.Range(-2_502, 2_505).Select(i => s_noon + i * Minute)], events.SelectMany(e => FeedRig.Range(e)?.Rows ?? []).Select(FeedRig.Open));
    }

    [Fact]
    public async Task A_late_candle_is_asked_for_again_until_it_is_there()
    {
        _rig.Exchange.Lag = TimeSpan.FromSeconds(8);
        UnixMicros head = s_noon + Minute;

        List<KlineFeedEvent> events = await _rig.ReadAsync(Poll(("BTCUSDT", "1m", head)), e => FeedRig.Range(e)?.SettledTo >= head + 2 * Minute);

        List<KlineFeedEvent.Delayed> late = [.. events.OfType<KlineFeedEvent.Delayed>()];
        Assert.NotEmpty(late);
        Assert.All(late, d => Assert.Equal(KlineDelay.Late, d.Cause));
        Assert.InRange(late.Count, 2, 14);
        Assert.Equal([.. Enumerable.Range(-2, 4).Select(i => head + i * Minute)], events.SelectMany(e => FeedRig.Range(e)?.Rows ?? []).Select(FeedRig.Open));
    }

    [Fact]
    public async Task A_candle_that_never_comes_is_declared_absent_after_a_while()
    {
        UnixMicros head = s_noon + Minute;
        UnixMicros gone = head + Minute;
        UnixMicros settledAt = default;
        _rig.Exchange.Has = t => t < gone; // an outage begins

        List<KlineFeedEvent> events = await _rig.ReadAsync(Poll(("BTCUSDT", "1m", head)), e =>
        {
            settledAt = FeedRig.Range(e)?.SettledTo > gone ? _rig.Exchange.Now : settledAt;
            return FeedRig.Range(e)?.SettledTo > gone;
        });

        Assert.InRange(settledAt - gone, 3 * Minute, 5 * Minute);
        Assert.DoesNotContain(events.SelectMany(e => FeedRig.Range(e)?.Rows ?? []), r => r.OpenTime >= gone);
    }

    [Fact]
    public async Task Many_series_are_followed_and_a_refused_symbol_stops_alone()
    {
        _rig.Exchange.Instead.Enqueue(_ => null);
        for (int i = 0; i < 400; i++)
        {
            _rig.Exchange.Instead.Enqueue(r => r.RequestUri!.Query.Contains("symbol=BADUSDT", StringComparison.Ordinal) ? FakeExchange.Answer(400, "{\"code\":-1121,\"msg\":\"Invalid symbol.\"}") : null);
        }

        UnixMicros head = s_noon + Minute;
        (string, string, UnixMicros)[] series = [("BADUSDT", "1m", head), .. Enumerable.Range(0, 20).Select(i => ($"S{i}USDT", i % 2 == 0 ? "1m" : "3m", s_noon))];
        Dictionary<string, UnixMicros> settled = [];
        List<KlineFeedEvent> events = await _rig.ReadAsync(Poll(series), e =>
        {
            if (FeedRig.Range(e) is { } range)
            {
                settled[range.Symbol.Code] = range.SettledTo;
            }

            return settled.Count == 20 && settled.Values.All(t => t >= head + 5 * Minute);
        });

        KlineFeedEvent.Refused refused = Assert.Single(events.OfType<KlineFeedEvent.Refused>());
        Assert.Equal(("BADUSDT", -1121, false), (refused.Series.Symbol.Code, refused.Code, refused.StopsSource));
        Assert.All(events.Select(FeedRig.Range).OfType<FetchedRange>().GroupBy(r => r.Symbol), one =>
        {
            List<UnixMicros> opens = [.. one.SelectMany(r => r.Rows).Select(FeedRig.Open)];
            Interval interval = one.First().Interval;
            Assert.All(opens.Zip(opens.Skip(1)), p => Assert.Equal(interval.Next(p.First), p.Second));
        });
    }

    [Fact]
    public async Task A_restricted_location_ends_the_whole_poll()
    {
        _rig.Exchange.Instead.Enqueue(_ => null);
        for (int i = 0; i < 10; i++)
        {
            _rig.Exchange.Instead.Enqueue(_ => FakeExchange.Answer(451, "{\"code\":0,\"msg\":\"restricted\"}"));
        }

        List<KlineFeedEvent> events = await _rig.ReadAsync(Poll(("AUSDT", "1m", s_noon), ("BUSDT", "1m", s_noon)));

        Assert.True(Assert.IsType<KlineFeedEvent.Refused>(Assert.Single(events)).StopsSource);
    }

    [Fact]
    public async Task A_poll_of_nothing_ends_at_once() => Assert.Empty(await _rig.ReadAsync(Poll()));

    private IAsyncEnumerable<KlineFeedEvent> Poll(params (string Symbol, string Interval, UnixMicros From)[] series) =>
        _rig.Feed.PollAsync([.. series.Select(s => new PollSeries(Symbol.Parse(s.Symbol), Interval.Parse(s.Interval), s.From))]);
}
