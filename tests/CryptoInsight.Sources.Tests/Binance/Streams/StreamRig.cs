using CryptoInsight.Sources.Binance;
using CryptoInsight.Sources.Binance.Streams;

namespace CryptoInsight.Sources.Tests.Binance.Streams;

/// <summary>A feed over a fake exchange with REST and streams, in virtual time.</summary>
internal sealed class StreamRig : IDisposable
{
    public StreamRig(KlineFeedOptions? options = null, Func<KlineStreamOptions, KlineStreamOptions>? streams = null, TimeSpan? step = null)
    {
        Rest = new FeedRig(clockAhead: TimeSpan.FromSeconds(90), options: options);
        Exchange = new FakeStreams(Rest.Exchange, Rest.Time, step ?? TimeSpan.FromMinutes(1));
        KlineStreamOptions plain = new() { BaseUrl = new Uri("ws://exchange.test"), Seed = 5 };
        Streams = new KlineStreams(streams?.Invoke(plain) ?? plain, Exchange, Rest.Clock, Rest.Time, KlineWireSchema.Binance, "run-1", Prices.Add);
    }

    public FeedRig Rest { get; }

    public FakeStreams Exchange { get; }

    public KlineStreams Streams { get; }

    public List<LivePrice> Prices { get; } = [];

    /// <summary>The candle that is open when the rig starts.</summary>
    public UnixMicros Head(CandleSeries series) => series.Interval.Floor(Rest.Exchange.Now);

    /// <summary>Follows the series from the candle that is open now.</summary>
    public IAsyncEnumerable<KlineFeedEvent> Follow(params CandleSeries[] series) =>
        Rest.Feed.FollowAsync([.. series.Select(s => new PollSeries(s.Symbol, s.Interval, Head(s)))], Streams);

    /// <summary>Reads until the series is settled up to an open time.</summary>
    public Task<List<KlineFeedEvent>> ReadToAsync(UnixMicros to, params CandleSeries[] series)
    {
        Dictionary<CandleSeries, UnixMicros> reached = series.ToDictionary(s => s, s => Head(s));
        Dictionary<CandleSeries, SortedSet<UnixMicros>> beyond = series.ToDictionary(s => s, _ => new SortedSet<UnixMicros>());
        return Rest.ReadAsync(Follow(series), e =>
        {
            if (FeedRig.Range(e) is { } range)
            {
                for (UnixMicros t = range.From; t < range.SettledTo; t = range.Interval.Next(t))
                {
                    beyond[range.Series].Add(t);
                }

                while (beyond[range.Series].Remove(reached[range.Series]))
                {
                    reached[range.Series] = range.Interval.Next(reached[range.Series]);
                }
            }

            return reached.Values.All(r => r >= to);
        });
    }

    public static List<RawCandle> Rows(IEnumerable<KlineFeedEvent> events) => [.. events.SelectMany(e => FeedRig.Range(e)?.Rows ?? [])];

    public void Dispose()
    {
        Exchange.Dispose();
        Rest.Dispose();
    }
}
