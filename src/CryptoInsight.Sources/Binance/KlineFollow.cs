using System.Runtime.CompilerServices;
using System.Threading.Channels;
using CryptoInsight.Domain.Budget;

namespace CryptoInsight.Sources.Binance;

/// <summary>Follows many series: by streams where they are connected, by REST right after each close where not, and by REST for whatever a stream did not tell.</summary>
/// <remarks>Each series has its own loop; all share the gate, a bound on requests under way and bounded buffers to the reader. Streams cannot be slowed: what their buffer
/// does not take is dropped, noticed by the series' cursor, and asked for over REST, which can be slowed.</remarks>
internal sealed class KlineFollow
{
    // Long waits are cut, so that a corrected clock is noticed.
    private static readonly TimeSpan s_napMax = TimeSpan.FromMinutes(10);

    // Live candles go first, but a page that waits is not passed over for ever.
    private const int StreamedInARowMax = 256;

    private readonly KlineFeed _feed;
    private readonly ICandleStreams? _streams;
    private readonly Dictionary<CandleSeries, SeriesCursor> _cursors;
    private readonly Channel<KlineFeedEvent> _streamed;
    private readonly Channel<KlineFeedEvent> _answered;

    public KlineFollow(KlineFeed feed, IReadOnlyList<PollSeries> series, ICandleStreams? streams)
    {
        _feed = feed;
        _streams = streams;
        _cursors = series.ToDictionary(
            s => new CandleSeries(s.Symbol, s.Interval), s => new SeriesCursor(new CandleSeries(s.Symbol, s.Interval), s.From, feed.Options, feed.Schema, streams is not null));
        _streamed = Channel.CreateBounded<KlineFeedEvent>(feed.Options.StreamBufferCandles);
        _answered = Channel.CreateBounded<KlineFeedEvent>(feed.Options.PollBufferEvents);
    }

    public async IAsyncEnumerable<KlineFeedEvent> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using SemaphoreSlim underWay = new(_feed.Options.PollParallelism);
        Task loops = RunLoopsAsync(underWay, stop.Token);
        try
        {
            await foreach (KlineFeedEvent one in ReadAsync(cancellationToken).ConfigureAwait(false))
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

    private async IAsyncEnumerable<KlineFeedEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Task<bool> moreStreamed = _streamed.Reader.WaitToReadAsync(cancellationToken).AsTask();
        Task<bool> moreAnswered = _answered.Reader.WaitToReadAsync(cancellationToken).AsTask();
        while (true)
        {
            int inARow = 0;
            while (inARow < StreamedInARowMax && _streamed.Reader.TryRead(out KlineFeedEvent? candle))
            {
                inARow++;
                yield return candle;
            }

            if (_answered.Reader.TryRead(out KlineFeedEvent? answer))
            {
                yield return answer;
                continue;
            }

            if (inARow > 0)
            {
                continue;
            }

            await Task.WhenAny(moreStreamed, moreAnswered).ConfigureAwait(false);
            if (moreAnswered.IsCompleted)
            {
                if (!await moreAnswered.ConfigureAwait(false))
                {
                    yield break; // every loop has ended
                }

                moreAnswered = _answered.Reader.WaitToReadAsync(cancellationToken).AsTask();
            }

            if (moreStreamed.IsCompleted)
            {
                await moreStreamed.ConfigureAwait(false);
                moreStreamed = _streamed.Reader.WaitToReadAsync(cancellationToken).AsTask();
            }
        }
    }

    private async Task RunLoopsAsync(SemaphoreSlim underWay, CancellationToken cancellationToken)
    {
        using CancellationTokenSource rest = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task beside = Task.WhenAll(OrStopAsync(ListenAsync(rest.Token)), OrStopAsync(WatchAsync(rest.Token)));
        try
        {
            await Task.WhenAll(_cursors.Values.Select(c => OrStopAsync(FollowAsync(c, underWay, cancellationToken)))).ConfigureAwait(false);
            _answered.Writer.TryComplete();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _answered.Writer.TryComplete();
        }
        finally
        {
            await rest.CancelAsync().ConfigureAwait(false);
            await beside.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // A bug in one loop is the reader's to know, not to be lost.
    private async Task OrStopAsync(Task loop)
    {
        try
        {
            await loop.ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _answered.Writer.TryComplete(e);
            throw;
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        if (_streams is not null)
        {
            await _streams.RunAsync([.. _cursors.Keys], TakeStreamed, cancellationToken).ConfigureAwait(false);
        }
    }

    private void TakeStreamed(RawCandle row)
    {
        if (row.OpenTime is { } openTime && _cursors.TryGetValue(new CandleSeries(row.Symbol, row.Interval), out SeriesCursor? cursor))
        {
            cursor.TakeStreamed(row, openTime, _feed.Clock.Now, _streamed.Writer.TryWrite);
        }
    }

    // Tells what is missing for too long, whatever its loop is waiting for: a ban may keep all of them at the gate.
    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(_feed.Options.GapAfter / 2, _feed.Time, cancellationToken).ConfigureAwait(false);
            foreach (SeriesCursor cursor in _cursors.Values)
            {
                await TellMissingAsync(cursor, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task TellMissingAsync(SeriesCursor cursor, CancellationToken cancellationToken)
    {
        UnixMicros head = cursor.Series.Interval.Floor(_feed.Clock.SurelyPassed);
        string whyNot = _streams?.StateOf(cursor.Series) is { IsUp: false } down ? down.Why : "nothing came";
        if (cursor.TellMissing(_feed.Clock.Now, head, whyNot) is { } missing)
        {
            await _answered.Writer.WriteAsync(missing, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task FollowAsync(SeriesCursor cursor, SemaphoreSlim underWay, CancellationToken cancellationToken)
    {
        int late = 0;
        while (true)
        {
            Task nudged = cursor.Nudged;
            bool goesOn;
            await TellMissingAsync(cursor, cancellationToken).ConfigureAwait(false);
            await underWay.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                goesOn = await CatchUpAsync(cursor, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                underWay.Release();
            }

            if (!goesOn)
            {
                return;
            }

            await ReaskAsync(cursor, underWay, cancellationToken).ConfigureAwait(false);
            UnixMicros head = cursor.Series.Interval.Floor(_feed.Clock.SurelyPassed);
            if (cursor.Wanted < head)
            {
                TimeSpan wait = _feed.Backoff(++late);
                string text = $"the candle of {cursor.Wanted} is closed, but not in the answer yet";
                cursor.Note(text);
                await _answered.Writer.WriteAsync(
                    new KlineFeedEvent.Delayed(cursor.Series, KlineDelay.Late, late, _feed.Clock.Now + wait, text), cancellationToken).ConfigureAwait(false);
                await NapAsync(wait, nudged, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                late = 0;
                cursor.Note("");
                await UntilNeededAsync(cursor, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    // Reads from a little before what is wanted up to the newest closed candle; false if the series is refused.
    private async Task<bool> CatchUpAsync(SeriesCursor cursor, CancellationToken cancellationToken)
    {
        UnixMicros from = cursor.RereadFrom;
        UnixMicros wanted = cursor.Wanted;
        bool wasUp = _streams?.StateOf(cursor.Series).IsUp == true;
        while (true)
        {
            FetchedRange? page = null;
            await foreach (KlineFeedEvent one in _feed.PageAsync(cursor.Series, from, UnixMicros.Latest, PriorityOf(cursor), cancellationToken).ConfigureAwait(false))
            {
                if (one is KlineFeedEvent.Fetched fetched)
                {
                    page = cursor.Take(fetched.Range);
                    await _answered.Writer.WriteAsync(new KlineFeedEvent.Fetched(page), cancellationToken).ConfigureAwait(false);
                    continue;
                }

                if (one is KlineFeedEvent.Delayed delayed)
                {
                    cursor.Note(delayed.Text);
                }

                await _answered.Writer.WriteAsync(one, cancellationToken).ConfigureAwait(false);
                if (one is KlineFeedEvent.Refused)
                {
                    return false;
                }
            }

            if (page is not null && wasUp && page.Rows.Any(r => r.OpenTime >= wanted))
            {
                _streams!.Missed(cursor.Series); // REST knows what the connected stream has not told
                wasUp = false;
            }

            if (page is null || page.To <= from || page.SettledTo < page.To || page.To >= cursor.Series.Interval.Floor(_feed.Clock.SurelyPassed))
            {
                return true;
            }

            from = page.To;
        }
    }

    // What was declared absent may have been late: it is asked about a few times more.
    private async Task ReaskAsync(SeriesCursor cursor, SemaphoreSlim underWay, CancellationToken cancellationToken)
    {
        while (cursor.TakeDoubt(_feed.Clock.SurelyPassed) is { } doubt)
        {
            await underWay.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                await foreach (KlineFeedEvent one in _feed.PageAsync(cursor.Series, doubt.From, doubt.To, WeightPriority.GapRepair, cancellationToken).ConfigureAwait(false))
                {
                    await _answered.Writer.WriteAsync(one is KlineFeedEvent.Fetched f ? new KlineFeedEvent.Fetched(cursor.Take(f.Range)) : one, cancellationToken).ConfigureAwait(false);
                }
            }
            finally
            {
                underWay.Release();
            }
        }
    }

    // The newest candle is live; what lies behind it is a gap.
    private WeightPriority PriorityOf(SeriesCursor cursor) =>
        cursor.Series.Interval.Next(cursor.Wanted) < cursor.Series.Interval.Floor(_feed.Clock.SurelyPassed) ? WeightPriority.GapRepair : WeightPriority.Live;

    /// <summary>Waits until REST should be asked: the wanted candle is overdue, something else is missing, or what streams told awaits its confirmation.</summary>
    private async Task UntilNeededAsync(SeriesCursor cursor, CancellationToken cancellationToken)
    {
        TimeSpan verifyAfter = _feed.Spread(_feed.Options.VerifyWithin);
        while (true)
        {
            Task nudged = cursor.Nudged;
            UnixMicros now = _feed.Clock.SurelyPassed;
            bool isUp = _streams?.StateOf(cursor.Series).IsUp == true;
            TimeSpan patience = cursor.HasHole ? TimeSpan.Zero : isUp ? _feed.Options.StreamPatience : _feed.Options.CloseDelay;
            UnixMicros due = cursor.Series.Interval.Next(cursor.Wanted) + patience;
            if (cursor.UnconfirmedSince is { } since)
            {
                due = UnixMicros.Min(due, since + verifyAfter);
            }

            if (cursor.DoubtDue is { } doubt)
            {
                due = UnixMicros.Min(due, doubt);
            }

            if (now >= due)
            {
                return;
            }

            // A stream that breaks meanwhile is noticed a little later than at once, never later than its patience.
            TimeSpan rest = TimeSpan.FromMicroseconds(due - now) + TimeSpan.FromMilliseconds(1);
            await NapAsync(rest < s_napMax ? rest : s_napMax, nudged, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task NapAsync(TimeSpan length, Task nudged, CancellationToken cancellationToken)
    {
        await nudged.WaitAsync(length, _feed.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
