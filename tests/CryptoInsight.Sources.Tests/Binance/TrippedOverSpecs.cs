using CryptoInsight.Domain.Budget;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Sources.Tests.Binance;

/// <summary>What others tripped over and no other spec shows; the whole list is in this project's README.</summary>
[Collection(nameof(VirtualTime))]
public sealed class TrippedOverSpecs : IDisposable
{
    private readonly ManualTime _time = new("2025-06-01T12:00:20Z");
    private readonly FakeExchange _exchange;
    private readonly RecordingGate _gate = new();

    public TrippedOverSpecs() => _exchange = new FakeExchange(_time);

    public void Dispose() => _exchange.Dispose();

    [Fact]
    public async Task Every_request_asks_for_its_own_weight_and_for_pages_of_one_size_whatever_came_before()
    {
        using BinanceRest rest = Rest(new BinanceRestOptions { BaseUrl = new Uri("http://exchange.test") });
        using KlineFeed feed = new(rest, _gate, new KlineFeedOptions { PageRows = 100 }, _time, "run");
        await DrainAsync(feed, UnixMicros.FromMilliseconds(_time.Micros.Milliseconds - 1_000 * 60_000L));
        await feed.GetExchangeInfoAsync(FeedRig.Btc.Symbol, default);
        Assert.Equal([1, .. Enumerable.Repeat(2, _gate.Weights.Count - 2), 20], _gate.Weights);
        Assert.All(_exchange.Requests.Where(r => r.PathAndQuery.Contains("/klines", StringComparison.Ordinal)), r => Assert.Contains("limit=100", r.PathAndQuery, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Weights_are_settings_and_a_raised_one_is_asked_for()
    {
        using BinanceRest rest = Rest(new BinanceRestOptions { BaseUrl = new Uri("http://exchange.test"), KlinesWeight = 5, TimeWeight = 3 });
        using KlineFeed feed = new(rest, _gate, new KlineFeedOptions(), _time, "run");
        await DrainAsync(feed, UnixMicros.FromMilliseconds(_time.Micros.Milliseconds - 10 * 60_000L));
        Assert.Equal([3, 5], _gate.Weights);
    }

    [Fact]
    public void A_weight_that_the_exchange_raised_without_telling_is_learnt_from_its_headers()
    {
        WeightBudgetSpec spec = new(100);
        UnixMicros now = _time.Micros;
        WeightBudgetState state = WeightBudgetState.Fresh(now);
        int granted = 0, charged = 0;
        for (UnixMicros at = now; granted < 60; at += 1_000_000L)
        {
            (state, WeightAnswer answer) = WeightBudget.Ask(state, spec, at, 1, urgent: true);
            if (answer is not WeightAnswer.Granted lease || at - now > 30_000_000)
            {
                break;
            }

            granted++;
            charged += 4; // not 1, as the settings say
            state = WeightBudget.Return(state, spec, at, lease.Lease, new WeightFeedback.Answered(charged));
        }

        Assert.InRange(charged, 80, 93); // the budget is spent by what the exchange counts, not by what we think
    }

    [Fact]
    public async Task A_candle_off_the_grid_stands_for_its_bucket_and_what_follows_is_not_taken_for_a_hole()
    {
        // After the outage of 2018-02-08 candles began at 00:28:15.
        UnixMicros hour = UnixMicros.From(DateTimeOffset.Parse("2018-02-09T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture));
        string Row(UnixMicros open) => $"[{open.Milliseconds},\"1\",\"2\",\"0.5\",\"1.5\",\"1\",{open.Milliseconds + 1_000},\"1\",1,\"1\",\"1\",\"0\"]";
        _exchange.Instead.Enqueue(_ => null); // the clock
        _exchange.Instead.Enqueue(_ => FakeExchange.Answer(200, $"[{Row(hour + 28 * 60_000_000L + 15_000_000L)},{Row(hour + 3_600_000_000L)}]"));
        using BinanceRest rest = Rest(new BinanceRestOptions { BaseUrl = new Uri("http://exchange.test") });
        using KlineFeed feed = new(rest, _gate, new KlineFeedOptions(), _time, "run");
        List<FetchedRange> ranges = [];
        await foreach (KlineFeedEvent told in feed.BackfillAsync(new CandleSeries(FeedRig.Btc.Symbol, Interval.Parse("1h")), hour, hour + 2 * 3_600_000_000L))
        {
            ranges.Add(FeedRig.Range(told)!);
        }

        FetchedRange range = Assert.Single(ranges);
        Assert.Equal(2, range.Rows.Count);
        Assert.Empty(range.Absent);
        Assert.Equal(hour + 2 * 3_600_000_000L, range.SettledTo);
    }

    [Fact]
    public async Task What_is_missing_is_never_made_up()
    {
        _exchange.Has = t => t.Value / 60_000_000 % 10 != 0;
        using BinanceRest rest = Rest(new BinanceRestOptions { BaseUrl = new Uri("http://exchange.test") });
        using KlineFeed feed = new(rest, _gate, new KlineFeedOptions(), _time, "run");
        UnixMicros from = UnixMicros.FromMilliseconds(_time.Micros.Milliseconds / 600_000 * 600_000 - 60 * 60_000L);
        List<FetchedRange> ranges = await DrainAsync(feed, from);
        Assert.All(ranges.SelectMany(r => r.Rows), r => Assert.True(_exchange.Has(r.OpenTime!.Value), $"{r.OpenTime} was never there"));
        Assert.Equal(6, ranges.SelectMany(r => r.Absent).Count(a => a.To - a.From == 60_000_000)); // each is declared absent by itself
    }

    private BinanceRest Rest(BinanceRestOptions options) => new(options, _exchange, new ServerClock(_time), _time);

    private async Task<List<FetchedRange>> DrainAsync(KlineFeed feed, UnixMicros from)
    {
        List<FetchedRange> ranges = [];
        await foreach (KlineFeedEvent told in feed.BackfillAsync(FeedRig.Btc, from, _time.Micros))
        {
            ranges.Add(FeedRig.Range(told)!);
        }

        return ranges;
    }

    private sealed class RecordingGate : IWeightGate
    {
        public List<int> Weights { get; } = [];

        public ValueTask<WeightLease> EnterAsync(int weight, WeightPriority priority, CancellationToken cancellationToken)
        {
            Weights.Add(weight);
            return ValueTask.FromResult(new WeightLease(Weights.Count, weight, default));
        }

        public void Return(WeightLease lease, WeightFeedback feedback)
        {
            // These specs look at what was asked for.
        }
    }
}
