using System.Runtime.CompilerServices;
using CryptoInsight.Domain.Budget;

namespace CryptoInsight.Sources.Binance;

/// <summary>Klines over REST as streams of answered ranges: history by pages, and the newest candles right after their close. Every request goes through the weight gate.</summary>
/// <remarks>Transient failures are repeated for ever, with bounded backoff, and told each time; pauses and bans are the gate's; what the exchange refuses ends the series.
/// Paging goes by open time and never by counting rows: an outage leaves holes that an answer silently jumps over.</remarks>
public sealed class KlineFeed : IDisposable
{
    private readonly BinanceRest _rest;
    private readonly IWeightGate _gate;
    private readonly KlineFeedOptions _options;
    private readonly TimeProvider _time;
    private readonly string _runId;
    private readonly Lock _randomGate = new();
    private readonly Random _random;
    private readonly SemaphoreSlim _clockTurn = new(1);
    private long? _clockMeasured;

    /// <summary>Makes a feed whose rows are stamped with <paramref name="runId"/>.</summary>
    public KlineFeed(BinanceRest rest, IWeightGate gate, KlineFeedOptions options, TimeProvider time, string runId)
    {
        ArgumentNullException.ThrowIfNull(rest);
        ArgumentNullException.ThrowIfNull(gate);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentException.ThrowIfNullOrEmpty(runId);
        _rest = rest;
        _gate = gate;
        _options = options;
        _time = time;
        _runId = runId;
        _random = new Random(options.Seed);
    }

    internal KlineFeedOptions Options => _options;

    internal ServerClock Clock => _rest.Clock;

    internal TimeProvider Time => _time;

    internal KlineWireSchema Schema => _rest.Options.Schema;

    /// <summary>What the exchange says of its limits now, and of one symbol; asked through the gate like everything else.</summary>
    public Task<RestOutcome<ExchangeInfo>> GetExchangeInfoAsync(Symbol only, CancellationToken cancellationToken) =>
        AskAsync(_rest.Options.ExchangeInfoWeight, WeightPriority.Live, token => _rest.GetExchangeInfoAsync(only, token), cancellationToken);

    /// <summary>Reads the candles that open in [<paramref name="from"/>, <paramref name="toExclusive"/>), oldest first, up to the newest that is closed when it gets there.</summary>
    public async IAsyncEnumerable<KlineFeedEvent> BackfillAsync(
        CandleSeries series,
        UnixMicros from,
        UnixMicros toExclusive,
        WeightPriority priority = WeightPriority.Backfill,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        UnixMicros cursor = AlignUp(series.Interval, from);
        while (cursor < toExclusive)
        {
            FetchedRange? page = null;
            await foreach (KlineFeedEvent told in PageAsync(series, cursor, toExclusive, priority, cancellationToken).ConfigureAwait(false))
            {
                page = told is KlineFeedEvent.Fetched fetched ? fetched.Range : page;
                yield return told;
            }

            if (page is null || page.To <= cursor)
            {
                yield break; // refused, or the newest closed candle is reached
            }

            cursor = page.To;
        }
    }

    /// <summary>Follows the series: each is asked for right after its candle closed, together with the candles before it; what is missing since its bookmark comes first.</summary>
    /// <remarks>Runs until it is cancelled, until every series was refused, or until the source refused everything.</remarks>
    public IAsyncEnumerable<KlineFeedEvent> PollAsync(IReadOnlyList<PollSeries> series, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(series);
        return new KlineFollow(this, series, null).RunAsync(cancellationToken);
    }

    /// <summary>Follows the series by the exchange's streams; REST fills what they do not tell, confirms what they told, and takes over while they are down.</summary>
    /// <remarks>Ends as <see cref="PollAsync"/> does.</remarks>
    public IAsyncEnumerable<KlineFeedEvent> FollowAsync(IReadOnlyList<PollSeries> series, ICandleStreams streams, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentNullException.ThrowIfNull(streams);
        return new KlineFollow(this, series, streams).RunAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _clockTurn.Dispose();

    /// <summary>One answered page and the failures before it: ends with Fetched, with Refused, or with nothing if no candle of the range is closed yet.</summary>
    internal async IAsyncEnumerable<KlineFeedEvent> PageAsync(
        CandleSeries series,
        UnixMicros from,
        UnixMicros toExclusive,
        WeightPriority priority,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            (Step step, UnixMicros to) = await TryPageAsync(series, from, toExclusive, priority, cancellationToken).ConfigureAwait(false);
            if (step.Page is { } page)
            {
                yield return new KlineFeedEvent.Fetched(Range(series, from, to, page));
                yield break;
            }

            if (step.Refused is { } refused)
            {
                yield return refused with { Series = series, From = from, To = to };
                yield break;
            }

            if (step.Failed is not { } failed)
            {
                yield break;
            }

            // The gate itself waits out pauses and bans.
            TimeSpan wait = failed.Cause == KlineDelay.Transient ? Backoff(attempt) : TimeSpan.Zero;
            yield return failed with { Series = series, Attempt = attempt, Until = UnixMicros.Max(failed.Until, Clock.Now + wait) };
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, _time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>A wait that doubles with every attempt, up to the longest, the last half of it by chance.</summary>
    internal TimeSpan Backoff(int attempt)
    {
        double whole = Math.Min(_options.BackoffMax.TotalMilliseconds, _options.BackoffMin.TotalMilliseconds * Math.Pow(2, Math.Min(attempt - 1, 30)));
        return TimeSpan.FromMilliseconds(whole / 2 + whole / 2 * Chance());
    }

    /// <summary>A time between half of the given one and all of it, by chance: so that not everybody does the same at once.</summary>
    internal TimeSpan Spread(TimeSpan within) => within / 2 + within / 2 * Chance();

    private async Task<(Step Step, UnixMicros To)> TryPageAsync(
        CandleSeries series, UnixMicros from, UnixMicros toExclusive, WeightPriority priority, CancellationToken cancellationToken)
    {
        if (await MeasureClockAsync(cancellationToken).ConfigureAwait(false) is { } clockFailed)
        {
            return (clockFailed, toExclusive);
        }

        // Up to the newest closed candle: so every answer is about candles that should be there.
        UnixMicros to = UnixMicros.Min(toExclusive, series.Interval.Floor(Clock.SurelyPassed));
        if (to <= from)
        {
            return (default, to);
        }

        KlineRequest request = new(series.Symbol, series.Interval, from, to, _runId) { Limit = _options.PageRows };
        RestOutcome<KlinePage> outcome = await AskAsync(_rest.Options.KlinesWeight, priority, token => _rest.GetKlinesAsync(request, token), cancellationToken).ConfigureAwait(false);
        return (StepOf(outcome, page => Judge(series, from, to, page)), to);
    }

    private async Task<Step?> MeasureClockAsync(CancellationToken cancellationToken)
    {
        if (IsClockFresh())
        {
            return null;
        }

        await _clockTurn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (IsClockFresh())
            {
                return null;
            }

            RestOutcome<UnixMicros> outcome = await AskAsync(_rest.Options.TimeWeight, WeightPriority.Live, _rest.GetServerTimeAsync, cancellationToken).ConfigureAwait(false);
            Step step = StepOf(outcome, _ => default);

            // With an older measurement the work can go on; the clock says how uncertain it has become.
            bool goesOn = outcome is RestOutcome<UnixMicros>.Answered || (Clock.IsMeasured && step.Refused is null);
            _clockMeasured = goesOn ? _time.GetTimestamp() : null;
            return goesOn ? null : step;
        }
        finally
        {
            _clockTurn.Release();
        }
    }

    private bool IsClockFresh() => _clockMeasured is { } measured && _time.GetElapsedTime(measured) < _options.ClockEvery;

    private async Task<RestOutcome<T>> AskAsync<T>(int weight, WeightPriority priority, Func<CancellationToken, Task<RestOutcome<T>>> ask, CancellationToken cancellationToken)
    {
        WeightLease lease = await _gate.EnterAsync(weight, priority, cancellationToken).ConfigureAwait(false);
        WeightFeedback feedback = new WeightFeedback.Lost();
        try
        {
            RestOutcome<T> outcome = await ask(cancellationToken).ConfigureAwait(false);
            feedback = outcome.ToFeedback(_options.PauseJitterMax * Chance());
            return outcome;
        }
        finally
        {
            _gate.Return(lease, feedback);
        }
    }

    private Step StepOf<T>(RestOutcome<T> outcome, Func<T, Step> answered) => outcome.Match(
        a => answered(a.Value),
        throttled => Failure(KlineDelay.Throttled, Clock.Now + throttled.RetryAfter, throttled.Text),
        banned => Failure(KlineDelay.Banned, banned.Until, banned.Text),
        refused => new Step(null, null, new KlineFeedEvent.Refused(default, default, default, refused.Status, refused.Code, refused.Text, refused.Payload, refused.StopsSource)),
        transient => Failure(KlineDelay.Transient, Clock.Now, transient.Why));

    private static Step Failure(KlineDelay cause, UnixMicros until, string text) =>
        new(null, new KlineFeedEvent.Delayed(default, cause, 0, until, text), null);

    // An answer about something else than what was asked must not move a bookmark.
    private Step Judge(CandleSeries series, UnixMicros from, UnixMicros to, KlinePage page)
    {
        // Everything in the window was closed before it was asked for.
        if (page.OpenRowsDropped > 0)
        {
            return Failure(KlineDelay.Transient, Clock.Now, $"the answer holds candles that are still open, which is outside of what was asked ({from} to {to})");
        }

        UnixMicros? last = null;
        foreach (RawCandle row in page.Rows)
        {
            if (row.OpenTime is { } t)
            {
                if (t < from || t >= to)
                {
                    return Failure(KlineDelay.Transient, Clock.Now, $"the answer holds a candle of {t}, which is outside of what was asked ({from} to {to})");
                }

                if (last is { } before && t <= before)
                {
                    return Failure(KlineDelay.Transient, Clock.Now, $"the answer is not in ascending order at {t}");
                }

                last = t;
            }
        }

        return page.IsFull && last is null
            ? Failure(KlineDelay.Transient, Clock.Now, $"the answer for {series} is full of rows without a readable open time")
            : new Step(page, null, null);
    }

    private FetchedRange Range(CandleSeries series, UnixMicros from, UnixMicros to, KlinePage page)
    {
        UnixMicros behindLast = from;
        List<OpenTimeRange> absent = [];
        foreach (RawCandle row in page.Rows)
        {
            if (row.OpenTime is { } t)
            {
                // A candle off the grid (the exchange once began again at 28:15) stands for the bucket that it lies in.
                UnixMicros at = series.Interval.Floor(t);
                if (at > behindLast)
                {
                    absent.Add(new OpenTimeRange(behindLast, at)); // the answer jumps over it
                }

                behindLast = UnixMicros.Max(behindLast, series.Interval.Next(t));
            }
        }

        UnixMicros reached = page.IsFull ? UnixMicros.Min(behindLast, to) : to;
        UnixMicros absentTo = series.Interval.Floor(Clock.SurelyPassed - _options.AbsentAfter);
        UnixMicros settled = UnixMicros.Min(reached, UnixMicros.Max(behindLast, absentTo));
        if (settled > behindLast)
        {
            absent.Add(new OpenTimeRange(behindLast, settled));
        }

        return new FetchedRange(series.Symbol, series.Interval, from, reached, page.Rows, settled)
        {
            Answer = new RangeAnswer($"{_rest.Options.ApiPath}/klines", from, to, page.IngestTime, page.Rows.Count),
            Absent = absent,
        };
    }

    private static UnixMicros AlignUp(Interval interval, UnixMicros t) => interval.IsAligned(t) ? t : interval.Next(t);

    private double Chance()
    {
        lock (_randomGate)
        {
            return _random.NextDouble();
        }
    }

    private readonly record struct Step(KlinePage? Page, KlineFeedEvent.Delayed? Failed, KlineFeedEvent.Refused? Refused);
}
