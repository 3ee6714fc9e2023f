using CryptoInsight.Sources.Binance;
using CryptoInsight.Sources.Binance.Streams;

namespace CryptoInsight.Sources.Tests.Binance.Streams;

[Collection(nameof(VirtualTime))]
public sealed class KlineStreamsSpecs : IDisposable
{
    private const long Minute = 60_000_000;
    private static readonly CandleSeries s_btc = FeedRig.Btc;
    private static readonly CandleSeries s_eth = new(Symbol.Parse("ETHUSDT"), Interval.Parse("1m"));

    private readonly StreamRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task Closed_candles_come_by_the_stream_at_once_and_rest_is_asked_only_to_confirm_them()
    {
        UnixMicros head = _rig.Head(s_btc);
        List<KlineFeedEvent> events = await _rig.ReadToAsync(head + 40 * Minute, s_btc);

        List<RawCandle> rows = StreamRig.Rows(events);
        Assert.Equal([.. Enumerable.Range(-22, 62).Select(i => head + i * Minute)], rows.Select(FeedRig.Open));
        Assert.Equal(22, rows.Count(r => r.Source == "binance.spot.rest")); // the candles before the start, read again
        Assert.All(rows.Skip(22), r => Assert.InRange(r.IngestTime - r.OpenTime!.Value, Minute + 20_000, Minute + 21_000));
        Assert.InRange(_rig.Rest.KlineRequests.Count(), 3, 7);
        Assert.DoesNotContain(events, e => e is KlineFeedEvent.Missing);
    }

    [Fact]
    public async Task A_streamed_row_and_the_row_of_rest_are_the_same_candle()
    {
        UnixMicros head = _rig.Head(s_btc);
        List<RawCandle> rows = StreamRig.Rows(await _rig.ReadToAsync(head + 2 * Minute, s_btc));
        RawCandle streamed = rows.First(r => r.Source == "binance.spot.ws");
        head = streamed.OpenTime!.Value;
        RawCandle asked = streamed with { RawJson = $"[{head.Milliseconds},\"1.0\",\"2.0\",\"0.5\",\"{_rig.Rest.Exchange.CloseOf(head)}\",\"10\",{head.Milliseconds + 59_999},\"15\",3,\"5\",\"7.5\",\"0\"]" };
        Assert.StartsWith("{\"t\":", streamed.RawJson, StringComparison.Ordinal);
        Assert.Null(streamed.RescuedData);
        Candle a = Parsed(streamed), b = Parsed(asked);
        Assert.Equal(b, a);
        Assert.Equal(CandleMark.Of(asked, KlineWireSchema.Binance), CandleMark.Of(streamed, KlineWireSchema.Binance));
    }

    [Fact]
    public async Task A_candle_that_the_stream_withholds_is_asked_for_and_settled_soon_after_its_close()
    {
        UnixMicros head = _rig.Head(s_btc), withheld = head + 3 * Minute;
        _rig.Exchange.Tells = (_, t) => t != withheld;
        List<KlineFeedEvent> events = await _rig.ReadToAsync(head + 6 * Minute, s_btc);

        RawCandle row = Assert.Single(StreamRig.Rows(events), r => r.OpenTime == withheld);
        Assert.Equal("binance.spot.rest", row.Source);
        Assert.InRange(row.IngestTime - withheld, Minute + 3_000_000, Minute + 3_500_000);
        AssertEachOnce(events, head, 6);
    }

    [Fact]
    public async Task When_the_connection_breaks_rest_takes_over_until_it_stands_again()
    {
        UnixMicros head = _rig.Head(s_btc);
        int breaks = 0;
        _rig.Exchange.Tells = (_, t) =>
        {
            if (t == head + 3 * Minute && breaks++ == 0)
            {
                _rig.Exchange.End(isBroken: true);
                return false;
            }

            return true;
        };
        _rig.Exchange.Refuses = _ => breaks > 0 && _rig.Rest.Exchange.Now < head + 8 * Minute ? new StreamBrokenException("the connection failed (Test)") : null;
        List<KlineFeedEvent> events = await _rig.ReadToAsync(head + 12 * Minute, s_btc);

        AssertEachOnce(events, head, 12);
        List<RawCandle> rows = StreamRig.Rows(events);
        Assert.Contains(rows, r => r.OpenTime == head + 5 * Minute && r.Source == "binance.spot.rest" && r.IngestTime - r.OpenTime!.Value < Minute + 500_000);
        Assert.Contains(rows, r => r.OpenTime == head + 11 * Minute && r.Source == "binance.spot.ws");
        Assert.Equal(1, _rig.Streams.Facts.Losses);
        AssertNoMoreDialsThan(150);
    }

    [Fact]
    public async Task What_a_stream_jumps_over_is_told_as_a_gap_and_the_live_candle_does_not_wait_for_it()
    {
        UnixMicros head = _rig.Head(s_btc), lost = head + 3 * Minute;
        _rig.Exchange.Tells = (_, t) => t != lost;
        _rig.Rest.Exchange.Has = t => t != lost || _rig.Rest.Exchange.Now > lost + 5 * Minute;
        _rig.Rest.Exchange.Lag = TimeSpan.FromMinutes(4); // REST is behind: the stream is ahead of it
        UnixMicros lagged = head + 16 * Minute;
        List<KlineFeedEvent> events = await _rig.ReadToAsync(lagged, s_btc);

        KlineFeedEvent.Missing gap = Assert.Single(events.OfType<KlineFeedEvent.Missing>(), m => m.From == lost);
        Assert.Equal(lost + Minute, gap.To);
        Assert.NotEmpty(gap.Why);
        int told = events.FindIndex(e => FeedRig.Range(e)?.Rows.Any(r => r.OpenTime == lost + Minute) == true);
        int filled = events.FindIndex(e => FeedRig.Range(e) is { } r && r.From <= lost && r.SettledTo > lost);
        Assert.InRange(told, 0, filled - 1);
        AssertEachOnce(events, head, 16); // declared absent at first, and asked about again
    }

    [Fact]
    public async Task A_provisional_close_is_corrected_by_rest_within_a_quarter_of_an_hour()
    {
        UnixMicros head = _rig.Head(s_btc);
        _rig.Exchange.CloseOf = t => t == head + Minute ? "1.5" : _rig.Rest.Exchange.CloseOf(t);
        List<KlineFeedEvent> events = await _rig.ReadToAsync(head + 20 * Minute, s_btc);

        List<RawCandle> twice = [.. StreamRig.Rows(events).Where(r => r.OpenTime == head + Minute)];
        Assert.Equal(["binance.spot.ws", "binance.spot.rest"], twice.Select(r => r.Source));
        Assert.Equal([1.5, double.Parse(_rig.Rest.Exchange.CloseOf(head + Minute), System.Globalization.CultureInfo.InvariantCulture)], twice.Select(r => Parsed(r).Close));
        Assert.InRange(twice[1].IngestTime - twice[0].IngestTime, 1, 15 * Minute);
    }

    [Fact]
    public async Task A_stream_that_goes_silent_without_closing_is_noticed_and_its_connection_replaced()
    {
        UnixMicros head = _rig.Head(s_btc);
        _rig.Exchange.Tells = (s, t) => s != s_eth || t < head + 2 * Minute || _rig.Exchange.Dials.Count > 1;
        List<KlineFeedEvent> events = await _rig.ReadToAsync(head + 10 * Minute, s_btc, s_eth);

        Assert.Equal(2, _rig.Exchange.Dials.Count);
        Assert.Equal((0, 1), (_rig.Streams.Facts.Losses, _rig.Streams.Facts.Replacements));
        List<RawCandle> eth = [.. StreamRig.Rows(events).Where(r => r.Symbol == s_eth.Symbol && r.OpenTime >= head)];
        Assert.Equal([.. Enumerable.Range(0, 10).Select(i => head + i * Minute)], eth.Select(FeedRig.Open).Order());
        Assert.Equal(2, eth.Count(r => r.Source == "binance.spot.rest"));
    }

    [Fact]
    public async Task An_announced_shutdown_is_met_by_a_new_connection_before_the_old_one_ends()
    {
        UnixMicros head = _rig.Head(s_btc);
        bool said = false;
        _rig.Exchange.Tells = (_, t) =>
        {
            if (t == head + 2 * Minute && !said)
            {
                said = true;
                _rig.Exchange.Say("""{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1770123456789}}""");
            }

            return true;
        };
        List<KlineFeedEvent> events = await _rig.ReadToAsync(head + 6 * Minute, s_btc);

        Assert.Equal([0L, 1L], [_rig.Streams.Facts.Losses, _rig.Streams.Facts.Replacements]);
        Assert.InRange(_rig.Exchange.Dials.Last().At - (head + 3 * Minute), 0, 6_000_000);
        AssertEachOnce(events, head, 6);
        Assert.All(StreamRig.Rows(events).Where(r => r.OpenTime >= head), r => Assert.Equal("binance.spot.ws", r.Source));
    }

    [Fact]
    public async Task Open_candles_feed_the_price_and_nothing_else()
    {
        UnixMicros head = _rig.Head(s_btc);
        _rig.Exchange.Tells = (_, t) =>
        {
            _rig.Exchange.Say(_rig.Exchange.Event(s_btc, t + Minute, isClosed: false, close: "123.5"));
            return true;
        };
        List<KlineFeedEvent> events = await _rig.ReadToAsync(head + 3 * Minute, s_btc);
        AssertEachOnce(events, head, 3);
        Assert.Contains(_rig.Prices, p => p is { Symbol.Code: "BTCUSDT", Price: 123.5 });
        Assert.True(_rig.Streams.Facts.Open >= 2);
    }

    [Fact]
    public async Task Unknown_events_and_fields_broken_messages_and_foreign_candles_are_counted_and_harm_nothing()
    {
        UnixMicros head = _rig.Head(s_btc);
        bool said = false;
        _rig.Exchange.Tells = (_, t) =>
        {
            if (!said)
            {
                said = true;
                _rig.Exchange.Say("""{"e":"blockTrade","E":1,"x":[1,2,{"y":null}]}""");
                _rig.Exchange.Say("""{"stream":"!ticker@arr","data":[{"e":"24hrTicker"}]}""");
                _rig.Exchange.Say("""{"result":null,"id":1}""");
                _rig.Exchange.Say("""[1,2]""");
                _rig.Exchange.Say("""{"e":"kline","s":""");
                _rig.Exchange.Say("""{"e":"kline","E":1,"s":"BTCUSDT","k":{"t":"never"}}""");
                _rig.Exchange.Say("\u001b[2J\r\nnot json");
                _rig.Exchange.Say(_rig.Exchange.Event(new CandleSeries(Symbol.Parse("NOBODY"), Interval.Parse("1m")), t, isClosed: true));
                _rig.Exchange.Say(_rig.Exchange.Event(s_btc, t + 7, isClosed: true).Replace("\"e\":\"kline\"", "\"e\":\"k\\u006cine\"", StringComparison.Ordinal));
            }

            return true;
        };
        List<KlineFeedEvent> events = await _rig.ReadToAsync(head + 4 * Minute, s_btc);

        StreamFacts facts = _rig.Streams.Facts;
        Assert.Equal((3, 1), (facts.Broken, facts.Foreign));
        Assert.Equal([("!ticker@arr", 1L), ("an array of events", 1L), ("blockTrade", 1L), ("reply", 1L)], facts.Unknown.Select(u => (u.Key, u.Value)).Order());
        AssertEachOnce(events, head, 4);
    }

    [Fact]
    public async Task Times_in_microseconds_are_the_same_candles()
    {
        using StreamRig rig = new(streams: o => o with { InMicroseconds = true });
        rig.Exchange.InMicroseconds = true;
        UnixMicros head = rig.Head(s_btc);
        List<KlineFeedEvent> events = await rig.ReadToAsync(head + 30 * Minute, s_btc);
        Assert.EndsWith("&timeUnit=MICROSECOND", rig.Exchange.Dials.First().Address.Query, StringComparison.Ordinal);
        Assert.Equal(30, StreamRig.Rows(events).Count(r => r.OpenTime >= head)); // what REST confirms in milliseconds is not told again
        Assert.Equal(head.Value, Parsed(StreamRig.Rows(events).First(r => r.OpenTime == head)).OpenTime.Value);
    }

    [Fact]
    public async Task A_full_buffer_drops_candles_which_rest_then_brings_one_by_one()
    {
        CandleSeries[] many = [.. Enumerable.Range(0, 60).Select(i => new CandleSeries(Symbol.Parse($"S{i}USDT"), Interval.Parse("1m")))];
        using StreamRig rig = new(new KlineFeedOptions { Seed = 7, StreamBufferCandles = 5 });
        UnixMicros head = rig.Head(many[0]);
        List<KlineFeedEvent> events = await rig.ReadToAsync(head + 3 * Minute, many);

        List<RawCandle> rows = [.. StreamRig.Rows(events).Where(r => r.OpenTime >= head)];
        Assert.Equal(180, rows.Count);
        Assert.Equal(180, rows.Select(r => r.Key).Distinct().Count());
        Assert.Contains(rows, r => r.Source == "binance.spot.rest");
        Assert.Contains(rows, r => r.Source == "binance.spot.ws");
    }

    private static Candle Parsed(RawCandle row) => Assert.IsType<KlineReading.Parsed>(KlineParser.Read(row, KlineWireSchema.Binance)).Candle.Candle;

    private static void AssertEachOnce(IEnumerable<KlineFeedEvent> events, UnixMicros head, int count) =>
        Assert.Equal([.. Enumerable.Range(0, count).Select(i => head + i * Minute)], StreamRig.Rows(events).Select(FeedRig.Open).Where(t => t >= head && t < head + count * Minute).Order());

    private void AssertNoMoreDialsThan(int max)
    {
        List<UnixMicros> dials = [.. _rig.Exchange.Dials.Select(d => d.At)];
        Assert.All(dials, d => Assert.InRange(dials.Count(o => o >= d && o - d < 5 * Minute), 1, max));
    }
}
