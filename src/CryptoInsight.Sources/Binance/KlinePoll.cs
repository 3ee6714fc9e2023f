using System.Runtime.CompilerServices;
using System.Threading.Channels;
using CryptoInsight.Domain.Budget;

namespace CryptoInsight.Sources.Binance;

/// <summary>One poll over many series: each has its own loop, all share the gate, a bound on requests under way and a bounded buffer to the reader.</summary>
internal sealed class KlinePoll(KlineFeed feed, IReadOnlyList<PollSeries> series)
{
    // Long waits are cut, so that a corrected clock is noticed.
    private static readonly TimeSpan s_napMax = TimeSpan.FromMinutes(10);

    public async IAsyncEnumerable<KlineFeedEvent> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using SemaphoreSlim underWay = new(feed.Options.PollParallelism);
        Channel<KlineFeedEvent> told = Channel.CreateBounded<KlineFeedEvent>(feed.Options.PollBufferEvents);
        Task loops = RunLoopsAsync(told.Writer, underWay, stop.Token);
        try
        {
            await foreach (KlineFeedEvent one in told.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return one;
                if (one is KlineFeedEvent.Refused { StopsSource: true })
                {
                    yield break;
                }
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await loops.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // what they died of was told through the channel
        }
    }

    private async Task RunLoopsAsync(ChannelWriter<KlineFeedEvent> told, SemaphoreSlim underWay, CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(series.Select(s => FollowAsync(s, told, underWay, cancellationToken))).ConfigureAwait(false);
            told.TryComplete();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            told.TryComplete();
        }
    }

    private async Task FollowAsync(PollSeries one, ChannelWriter<KlineFeedEvent> told, SemaphoreSlim underWay, CancellationToken cancellationToken)
    {
        try
        {
            SeriesCursor cursor = new(new CandleSeries(one.Symbol, one.Interval), one.From, feed.Options);
            int late = 0;
            while (true)
            {
                bool goesOn;
                await underWay.WaitAsync(cancellationToken).ConfigureAwait(false);
                try
                {
                    goesOn = await CatchUpAsync(cursor, told, cancellationToken).ConfigureAwait(false);
                }
                finally
                {
                    underWay.Release();
                }

                if (!goesOn)
                {
                    return;
                }

                UnixMicros head = cursor.Series.Interval.Floor(feed.Clock.SurelyPassed);
                if (cursor.Wanted < head)
                {
                    TimeSpan wait = feed.Backoff(++late);
                    await told.WriteAsync(
                        new KlineFeedEvent.Delayed(cursor.Series, KlineDelay.Late, late, feed.Clock.Now + wait, $"the candle of {cursor.Wanted} is closed, but not in the answer yet"),
                        cancellationToken).ConfigureAwait(false);
                    await Task.Delay(wait, feed.Time, cancellationToken).ConfigureAwait(false);
                }
                else
                {
                    late = 0;
                    await UntilClosedAsync(cursor.Series.Interval.Next(cursor.Wanted), cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            told.TryComplete(e); // a bug in one loop is the reader's to know, not to be lost
            throw;
        }
    }

    // Reads from a little before what is wanted up to the newest closed candle; false if the series is refused.
    private async Task<bool> CatchUpAsync(SeriesCursor cursor, ChannelWriter<KlineFeedEvent> told, CancellationToken cancellationToken)
    {
        UnixMicros from = cursor.RereadFrom;
        while (true)
        {
            FetchedRange? page = null;
            await foreach (KlineFeedEvent one in feed.PageAsync(cursor.Series, from, UnixMicros.Latest, WeightPriority.Live, cancellationToken).ConfigureAwait(false))
            {
                page = one is KlineFeedEvent.Fetched fetched ? fetched.Range : page;
                await told.WriteAsync(one is KlineFeedEvent.Fetched full ? new KlineFeedEvent.Fetched(cursor.Take(full.Range)) : one, cancellationToken).ConfigureAwait(false);
                if (one is KlineFeedEvent.Refused)
                {
                    return false;
                }
            }

            if (page is null || page.To <= from || page.SettledTo < page.To || page.To >= cursor.Series.Interval.Floor(feed.Clock.SurelyPassed))
            {
                return true;
            }

            from = page.To;
        }
    }

    private async Task UntilClosedAsync(UnixMicros close, CancellationToken cancellationToken)
    {
        while (true)
        {
            TimeSpan rest = TimeSpan.FromMicroseconds(close - feed.Clock.SurelyPassed) + feed.Options.CloseDelay;
            if (rest <= TimeSpan.Zero)
            {
                return;
            }

            await Task.Delay(rest < s_napMax ? rest + TimeSpan.FromMilliseconds(1) : s_napMax, feed.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>How far a series has come, and the newest rows that were given.</summary>
    private sealed class SeriesCursor(CandleSeries series, UnixMicros wanted, KlineFeedOptions options)
    {
        private readonly Dictionary<UnixMicros, string> _given = [];

        public CandleSeries Series { get; } = series;

        public UnixMicros Wanted { get; private set; } = series.Interval.Floor(wanted);

        public UnixMicros RereadFrom
        {
            get
            {
                UnixMicros from = Wanted;
                for (int i = 0; i < options.RereadCandles; i++)
                {
                    from = Series.Before(from);
                }

                return from;
            }
        }

        public FetchedRange Take(FetchedRange range)
        {
            List<RawCandle> news = [.. range.Rows.Where(r => r.OpenTime is not { } t || !_given.TryGetValue(t, out string? before) || before != r.RawJson)];
            foreach (RawCandle row in news)
            {
                if (row.OpenTime is { } t)
                {
                    _given[t] = row.RawJson;
                }
            }

            Wanted = UnixMicros.Max(Wanted, range.SettledTo);
            foreach (UnixMicros old in _given.Keys.Where(t => t < RereadFrom).ToList())
            {
                _given.Remove(old);
            }

            return range with { Rows = news };
        }
    }
}
