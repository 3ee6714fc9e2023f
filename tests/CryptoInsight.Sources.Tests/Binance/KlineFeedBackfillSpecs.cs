using System.Globalization;
using CryptoInsight.Domain.Budget;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Sources.Tests.Binance;

[Collection(nameof(VirtualTime))]
public sealed class KlineFeedBackfillSpecs : IDisposable
{
    private const long Minute = 60_000_000;
    private static readonly UnixMicros s_noon = UnixMicros.From(DateTimeOffset.Parse("2025-06-01T12:00:00Z", CultureInfo.InvariantCulture));
    private readonly FeedRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task Pages_follow_each_other_by_open_time_over_holes_and_lose_nothing()
    {
        UnixMicros from = s_noon + -5_000 * Minute;
        UnixMicros hole = from + 900 * Minute;
        _rig.Exchange.Has = t => t < hole || t >= hole + 434 * Minute;

        List<KlineFeedEvent> events = await _rig.ReadAsync(_rig.Feed.BackfillAsync(FeedRig.Btc, from, s_noon));
        List<FetchedRange> pages = [.. events.Select(FeedRig.Range).OfType<FetchedRange>()];

        Assert.Equal(events.Count, pages.Count);
        Assert.Equal(
            Enumerable.Range(0, 5_000).Select(i => from + i * Minute).Where(_rig.Exchange.Has),
            pages.SelectMany(p => p.Rows).Select(FeedRig.Open));
        Assert.Equal(from, pages[0].From);
        Assert.Equal(s_noon, pages[^1].To);
        Assert.All(pages.Zip(pages.Skip(1)), p => Assert.Equal(p.First.To, p.Second.From));
        Assert.All(pages.SkipLast(1), p => Assert.Equal((1000, FeedRig.Open(p.Rows[^1]) + Minute, p.To), (p.Rows.Count, p.To, p.SettledTo)));
        Assert.Equal(5, pages.Count);
    }

    [Fact]
    public async Task It_ends_at_the_newest_candle_that_is_closed_by_the_exchanges_clock()
    {
        using FeedRig ahead = new(clockAhead: TimeSpan.FromMinutes(2));

        List<KlineFeedEvent> events = await ahead.ReadAsync(ahead.Feed.BackfillAsync(FeedRig.Btc, s_noon + -3 * Minute, s_noon + 600 * Minute));

        FetchedRange page = Assert.IsType<FetchedRange>(FeedRig.Range(Assert.Single(events)));
        Assert.Equal([.. Enumerable.Range(-3, 5).Select(i => s_noon + i * Minute)], page.Rows.Select(FeedRig.Open));
        Assert.Equal(s_noon + 2 * Minute, page.To);
    }

    [Fact]
    public async Task Backfills_use_the_budget_of_every_full_minute_and_are_never_refused()
    {
        using FeedRig rig = new(weightLimit: 240, options: new KlineFeedOptions { Seed = 7, PageRows = 5 });
        rig.Exchange.Latency = TimeSpan.FromMilliseconds(30);
        CandleSeries[] series = [.. Enumerable.Range(0, 4).Select(i => new CandleSeries(Symbol.Parse($"S{i}USDT"), Interval.Parse("1m")))];
        UnixMicros end = rig.Exchange.Now + 13 * Minute;
        Task<List<KlineFeedEvent>[]> all = Task.WhenAll(series.Select(async s =>
        {
            List<KlineFeedEvent> seen = [];
            await foreach (KlineFeedEvent one in rig.Feed.BackfillAsync(s, s_noon + -40_000 * Minute, s_noon))
            {
                seen.Add(one);
                if (rig.Exchange.Now > end)
                {
                    break;
                }
            }

            return seen;
        }));
        List<KlineFeedEvent>[] events = await rig.Time.RunUntilAsync(all);

        int[] full = [.. rig.Exchange.WeightByMinute.OrderBy(m => m.Key).Skip(1).SkipLast(1).Select(m => m.Value)];
        Assert.True(full.Length >= 10, $"{full.Length} full minutes");
        Assert.True(full.Average() >= 0.85 * 216, $"the mean is {full.Average():0.0} of a budget of 216: {string.Join(", ", full)}");
        Assert.All(full, used => Assert.InRange(used, 1, 240));
        Assert.All(events, e => Assert.All(e, one => Assert.IsType<KlineFeedEvent.Fetched>(one)));
        Assert.Equal((0L, 0L), (rig.Gate.Facts.Throttled, rig.Gate.Facts.Banned));
    }

    [Fact]
    public async Task Nothing_is_asked_for_what_is_not_closed_yet()
    {
        Assert.Empty(await _rig.ReadAsync(_rig.Feed.BackfillAsync(FeedRig.Btc, s_noon + 10 * Minute, s_noon + 20 * Minute)));
        Assert.Empty(_rig.KlineRequests);
    }

    [Fact]
    public async Task A_window_without_candles_long_ago_is_declared_absent()
    {
        _rig.Exchange.Has = _ => false;

        List<KlineFeedEvent> events = await _rig.ReadAsync(_rig.Feed.BackfillAsync(FeedRig.Btc, s_noon + -90 * Minute, s_noon + -60 * Minute));

        FetchedRange page = Assert.IsType<FetchedRange>(FeedRig.Range(Assert.Single(events)));
        Assert.Equal((0, s_noon + -60 * Minute), (page.Rows.Count, page.SettledTo));
    }

    [Fact]
    public async Task A_newest_candle_that_is_not_there_may_be_late_and_is_not_settled()
    {
        _rig.Exchange.Has = t => t < s_noon + -Minute;

        FetchedRange page = FeedRig.Range((await _rig.ReadAsync(_rig.Feed.BackfillAsync(FeedRig.Btc, s_noon + -10 * Minute, s_noon)))[^1])!;

        Assert.Equal((s_noon, s_noon + -Minute), (page.To, page.SettledTo));
    }

    [Fact]
    public async Task Transient_failures_are_told_and_repeated_with_growing_waits()
    {
        _rig.Exchange.Instead.Enqueue(_ => null); // the clock
        for (int i = 0; i < 9; i++)
        {
            int status = i;
            _rig.Exchange.Instead.Enqueue(_ => status % 3 == 0 ? throw new HttpRequestException("no route") : FakeExchange.Answer(status % 3 == 1 ? 503 : 200, "<html>", "text/html"));
        }

        List<KlineFeedEvent> events = await _rig.ReadAsync(_rig.Feed.BackfillAsync(FeedRig.Btc, s_noon + -10 * Minute, s_noon));

        List<KlineFeedEvent.Delayed> delays = [.. events.OfType<KlineFeedEvent.Delayed>()];
        Assert.Equal(Enumerable.Range(1, 9), delays.Select(d => d.Attempt));
        Assert.All(delays, d => Assert.Equal((KlineDelay.Transient, FeedRig.Btc), (d.Cause, d.Series)));
        Assert.Equal(10, FeedRig.Range(events[^1])!.Rows.Count);
        List<UnixMicros> asked = [.. _rig.KlineRequests.Select(r => r.At)];
        for (int attempt = 1; attempt <= 9; attempt++)
        {
            double whole = Math.Min(60_000, 500 * Math.Pow(2, attempt - 1));
            Assert.InRange((asked[attempt] - asked[attempt - 1]) / 1000.0, whole / 2 - 1, whole + 1_001); // and at most a second of the gate's probing
        }
    }

    [Fact]
    public async Task Too_many_requests_pauses_everything_for_as_long_as_the_exchange_says()
    {
        _rig.Exchange.Instead.Enqueue(_ => null);
        _rig.Exchange.Instead.Enqueue(_ => FakeExchange.Answer(429, "", "text/plain", ("Retry-After", "437")));

        List<KlineFeedEvent> events = await _rig.ReadAsync(_rig.Feed.BackfillAsync(FeedRig.Btc, s_noon + -10 * Minute, s_noon));

        Assert.Equal(KlineDelay.Throttled, Assert.IsType<KlineFeedEvent.Delayed>(events[0]).Cause);
        Assert.NotNull(FeedRig.Range(events[^1]));
        List<UnixMicros> asked = [.. _rig.Exchange.Requests.Select(r => r.At)];
        Assert.InRange(asked[2] - asked[1], 437_000_000, 443_000_000);
        Assert.Equal(1, _rig.Gate.Facts.Throttled);
    }

    [Fact]
    public async Task A_ban_is_waited_out_to_its_end()
    {
        UnixMicros end = _rig.Time.Micros + 7_200_000_000;
        _rig.Exchange.Instead.Enqueue(_ => null);
        _rig.Exchange.Instead.Enqueue(_ => FakeExchange.Answer(418, $"{{\"code\":-1003,\"msg\":\"Way too much request weight used; IP banned until {end.Milliseconds}. Please use the websocket.\"}}"));

        Task<List<KlineFeedEvent>> reading = _rig.ReadAsync(_rig.Feed.BackfillAsync(FeedRig.Btc, s_noon + -10 * Minute, s_noon), e => e is KlineFeedEvent.Delayed);
        KlineFeedEvent.Delayed told = Assert.IsType<KlineFeedEvent.Delayed>((await reading)[^1]);

        Assert.Equal((KlineDelay.Banned, end.Milliseconds), (told.Cause, told.Until.Milliseconds));
        Assert.InRange(_rig.Gate.Facts.BlockedUntil!.Value - end, -1_000, 5_000_000);
        Task<WeightLease> next = _rig.Gate.EnterAsync(1, WeightPriority.Live, default).AsTask();
        _rig.Time.Advance(TimeSpan.FromMicroseconds(end - _rig.Time.Micros - 1_000_000));
        Assert.False(next.IsCompleted);
        _rig.Time.Advance(TimeSpan.FromSeconds(7));
        Assert.True(next.IsCompletedSuccessfully);
    }

    [Theory]
    [InlineData(400, "{\"code\":-1121,\"msg\":\"Invalid symbol.\"}", false)]
    [InlineData(451, "{\"code\":0,\"msg\":\"Service unavailable from a restricted location\"}", true)]
    public async Task What_the_exchange_refuses_ends_the_series_with_its_evidence(int status, string body, bool stopsSource)
    {
        _rig.Exchange.Instead.Enqueue(_ => null);
        _rig.Exchange.Instead.Enqueue(_ => FakeExchange.Answer(status, body));

        KlineFeedEvent.Refused refused = Assert.IsType<KlineFeedEvent.Refused>(Assert.Single(await _rig.ReadAsync(_rig.Feed.BackfillAsync(FeedRig.Btc, s_noon + -10 * Minute, s_noon))));

        Assert.Equal((FeedRig.Btc, s_noon + -10 * Minute, s_noon, status, body, stopsSource), (refused.Series, refused.From, refused.To, refused.Status, refused.Payload, refused.StopsSource));
    }

    [Fact]
    public async Task A_restricted_location_is_told_although_the_clock_was_all_that_was_asked()
    {
        _rig.Exchange.Instead.Enqueue(_ => FakeExchange.Answer(451, "{}"));

        Assert.True(Assert.IsType<KlineFeedEvent.Refused>(Assert.Single(await _rig.ReadAsync(_rig.Feed.BackfillAsync(FeedRig.Btc, s_noon + -10 * Minute, s_noon)))).StopsSource);
    }

    [Theory]
    [InlineData(-11)]
    [InlineData(0)]
    public async Task An_answer_about_another_window_moves_nothing(int minutes)
    {
        string stray = RawRows.Good.Replace("1735516800000", (s_noon + minutes * Minute).Milliseconds.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        _rig.Exchange.Instead.Enqueue(_ => null);
        _rig.Exchange.Instead.Enqueue(_ => FakeExchange.Answer(200, $"[{stray}]"));

        List<KlineFeedEvent> events = await _rig.ReadAsync(_rig.Feed.BackfillAsync(FeedRig.Btc, s_noon + -10 * Minute, s_noon));

        Assert.Contains("outside of what was asked", Assert.IsType<KlineFeedEvent.Delayed>(events[0]).Text, StringComparison.Ordinal);
        Assert.Equal(10, FeedRig.Range(events[1])!.Rows.Count);
    }

    [Fact]
    public async Task A_row_that_cannot_be_keyed_comes_along()
    {
        _rig.Exchange.Instead.Enqueue(_ => null);
        _rig.Exchange.Instead.Enqueue(_ => FakeExchange.Answer(200, "[[\"soon\",\"1\"]]"));

        FetchedRange page = FeedRig.Range(Assert.Single(await _rig.ReadAsync(_rig.Feed.BackfillAsync(FeedRig.Btc, s_noon + -10 * Minute, s_noon))))!;

        Assert.Null(Assert.Single(page.Rows).OpenTime);
    }

    [Fact]
    public async Task A_long_backfill_stays_inside_the_weight_limit_with_a_skewed_clock_and_never_sees_a_429()
    {
        using FeedRig tight = new(weightLimit: 60, clockAhead: TimeSpan.FromSeconds(-37.3), options: new KlineFeedOptions { Seed = 7, PageRows = 10 });
        tight.Exchange.Latency = TimeSpan.FromMilliseconds(120);
        UnixMicros from = s_noon + -2_010 * Minute;

        List<KlineFeedEvent> events = await tight.ReadAsync(tight.Feed.BackfillAsync(FeedRig.Btc, from, s_noon + -10 * Minute));

        Assert.All(events, e => Assert.IsType<KlineFeedEvent.Fetched>(e));
        Assert.Equal(2_000, events.Sum(e => FeedRig.Range(e)!.Rows.Count));
        Assert.All(tight.Exchange.WeightByMinute.Values, weight => Assert.InRange(weight, 1, 54));
        Assert.InRange(tight.Exchange.WeightByMinute.Count, 8, 10); // 200 pages x 2 of 54 a minute: it is not slower than it must be
    }

    [Fact]
    public async Task Strangers_behind_the_same_address_are_made_room_for()
    {
        using FeedRig tight = new(weightLimit: 60, options: new KlineFeedOptions { Seed = 7, PageRows = 10 });
        tight.Exchange.Strangers = _ => 30;
        tight.Exchange.Latency = TimeSpan.FromMilliseconds(20);

        List<KlineFeedEvent> events = await tight.ReadAsync(tight.Feed.BackfillAsync(FeedRig.Btc, s_noon + -1_010 * Minute, s_noon + -10 * Minute));

        Assert.All(events, e => Assert.IsType<KlineFeedEvent.Fetched>(e));
        Assert.All(tight.Exchange.WeightByMinute.Values, weight => Assert.InRange(weight, 1, 30));
    }
}
