using CryptoInsight.Domain.Budget;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Sources.Tests.Binance;

/// <summary>A feed over a fake exchange, in virtual time.</summary>
internal sealed class FeedRig : IDisposable
{
    public static readonly CandleSeries Btc = new(Symbol.Parse("BTCUSDT"), Interval.Parse("1m"));

    private readonly BinanceRest _rest;

    public FeedRig(int weightLimit = 6000, TimeSpan clockAhead = default, KlineFeedOptions? options = null)
    {
        Time = new ManualTime("2025-06-01T12:00:20Z");
        Exchange = new FakeExchange(Time, clockAhead) { WeightLimit = weightLimit };
        Clock = new ServerClock(Time);
        _rest = new BinanceRest(
            new BinanceRestOptions { BaseUrl = new Uri("http://exchange.test"), RequestTimeout = TimeSpan.FromHours(10) }, Exchange, Clock, Time);
        Gate = new WeightGate(new WeightBudgetSpec(weightLimit, 90, 50, TimeSpan.FromSeconds(1)), Clock, Time);
        Feed = new KlineFeed(_rest, Gate, options ?? new KlineFeedOptions { Seed = 7 }, Time, "run-1");
    }

    public ManualTime Time { get; }

    public FakeExchange Exchange { get; }

    public ServerClock Clock { get; }

    public WeightGate Gate { get; }

    public KlineFeed Feed { get; }

    public IEnumerable<(UnixMicros At, string PathAndQuery)> KlineRequests => Exchange.Requests.Where(r => r.PathAndQuery.Contains("/klines", StringComparison.Ordinal));

    /// <summary>Reads events until one fulfils the condition (it is the last of the list) or the stream ends.</summary>
    public async Task<List<KlineFeedEvent>> ReadAsync(IAsyncEnumerable<KlineFeedEvent> events, Func<KlineFeedEvent, bool>? until = null)
    {
        using CancellationTokenSource stop = new();
        Task<List<KlineFeedEvent>> reading = Task.Run(async () =>
        {
            List<KlineFeedEvent> seen = [];
            await foreach (KlineFeedEvent one in events.WithCancellation(stop.Token))
            {
                seen.Add(one);
                if (until?.Invoke(one) == true)
                {
                    break;
                }
            }

            return seen;
        });
        return await Time.RunUntilAsync(reading);
    }

    public static UnixMicros Open(RawCandle row) => row.OpenTime!.Value;

    public static FetchedRange? Range(KlineFeedEvent one) => one.Match<FetchedRange?>(f => f.Range, m => null, d => null, r => null);

    public void Dispose()
    {
        Feed.Dispose();
        Gate.Dispose();
        _rest.Dispose();
    }
}
