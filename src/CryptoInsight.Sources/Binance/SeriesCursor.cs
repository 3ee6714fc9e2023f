namespace CryptoInsight.Sources.Binance;

/// <summary>How far one series has come, what was given of it, and what REST has confirmed. Safe for several threads: streams and answers come on their own.</summary>
internal sealed class SeriesCursor(CandleSeries series, UnixMicros wanted, KlineFeedOptions options, KlineWireSchema schema)
{
    // Marks of candles that REST could not confirm for very long are forgotten: a row twice in Bronze is lawful, memory without bound is not.
    private const int MarksMax = 10_000;

    // A candle that closes later than this from now has not closed.
    private static readonly TimeSpan s_aheadMax = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly SortedDictionary<UnixMicros, UInt128> _given = [];
    private TaskCompletionSource _nudged = New();
    private UnixMicros _wanted = series.Interval.Floor(wanted);
    private UnixMicros _confirmed = series.Interval.Floor(wanted);
    private UnixMicros? _unconfirmedSince;
    private OpenTimeRange _toldMissing;
    private string _trouble = "";

    public CandleSeries Series => series;

    /// <summary>The first open time that is not there yet.</summary>
    public UnixMicros Wanted
    {
        get
        {
            lock (_gate)
            {
                return _wanted;
            }
        }
    }

    /// <summary>Where the next answer should begin: what only a stream has told, and a few candles more, for they may have been revised.</summary>
    public UnixMicros RereadFrom
    {
        get
        {
            lock (_gate)
            {
                return RereadFromLocked();
            }
        }
    }

    /// <summary>When the first candle came that only a stream has told; null if REST has confirmed all.</summary>
    public UnixMicros? UnconfirmedSince
    {
        get
        {
            lock (_gate)
            {
                return _unconfirmedSince;
            }
        }
    }

    /// <summary>True if something later than what is wanted is there already.</summary>
    public bool HasHole
    {
        get
        {
            lock (_gate)
            {
                return FirstGivenBeyondLocked() is not null;
            }
        }
    }

    /// <summary>Ends when something came that the follower should look at before its time; take it before looking.</summary>
    public Task Nudged
    {
        get
        {
            lock (_gate)
            {
                return _nudged.Task;
            }
        }
    }

    /// <summary>What went wrong last.</summary>
    public void Note(string trouble)
    {
        lock (_gate)
        {
            _trouble = trouble;
        }
    }

    /// <summary>An answer of REST without the rows that were given before with the same values.</summary>
    public FetchedRange Take(FetchedRange range)
    {
        List<RawCandle> news = [];
        lock (_gate)
        {
            foreach (RawCandle row in range.Rows)
            {
                if (row.OpenTime is not { } t || IsNewLocked(t, row))
                {
                    news.Add(row);
                }
            }

            // A range that does not join what is there is no reason to forget what is missing before it.
            if (range.From <= _wanted)
            {
                _wanted = UnixMicros.Max(_wanted, range.SettledTo);
            }

            AdvanceOverGivenLocked();
            if (range.From <= _confirmed)
            {
                _confirmed = UnixMicros.Max(_confirmed, range.SettledTo);
                _unconfirmedSince = _confirmed >= _wanted ? null : _unconfirmedSince;
            }

            ForgetLocked();
        }

        return range with { Rows = news };
    }

    /// <summary>A candle of a stream: told as a range of one, unless it is known or nobody can take it now.</summary>
    public void TakeStreamed(RawCandle row, UnixMicros openTime, UnixMicros now, Func<KlineFeedEvent, bool> tell)
    {
        lock (_gate)
        {
            UInt128 mark = CandleMark.Of(row, schema);
            if (_given.TryGetValue(openTime, out UInt128 before) && before == mark)
            {
                return;
            }

            UnixMicros next = series.Interval.Next(openTime);
            if (!series.Interval.IsAligned(openTime) || next > now + s_aheadMax)
            {
                // Kept, for Silver to judge, but it says nothing about what is there and what is not.
                tell(new KlineFeedEvent.Fetched(new FetchedRange(series.Symbol, series.Interval, openTime, openTime, [row], openTime)));
                return;
            }

            if (!tell(new KlineFeedEvent.Fetched(new FetchedRange(series.Symbol, series.Interval, openTime, next, [row], next))))
            {
                _trouble = "the buffer was full, and what the stream told was dropped";
                NudgeLocked();
                return;
            }

            _given[openTime] = mark;
            if (openTime > _wanted)
            {
                NudgeLocked();
            }

            AdvanceOverGivenLocked();
            _unconfirmedSince ??= now;
            ForgetLocked();
        }
    }

    /// <summary>The gap to tell: what is missing for too long, or what a stream jumped over; null if there is none, or none that was not told.</summary>
    public KlineFeedEvent.Missing? TellMissing(UnixMicros now, UnixMicros head, string whyNot)
    {
        lock (_gate)
        {
            UnixMicros? beyond = FirstGivenBeyondLocked();
            UnixMicros to = beyond ?? head;
            bool isOverdue = series.Interval.Next(_wanted) + options.GapAfter < now;
            OpenTimeRange missing = new(_wanted, to);
            if (to <= _wanted || (beyond is null && !isOverdue) || missing == _toldMissing)
            {
                return null;
            }

            _toldMissing = missing;
            string why = _trouble.Length > 0 ? _trouble : whyNot;
            return new KlineFeedEvent.Missing(series, missing.From, missing.To, beyond is { } later ? $"the stream went on with {later}; {why}" : why, now);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private bool IsNewLocked(UnixMicros t, RawCandle row)
    {
        UInt128 mark = CandleMark.Of(row, schema);
        bool isNew = !_given.TryGetValue(t, out UInt128 before) || before != mark;
        _given[t] = mark;
        return isNew;
    }

    private void AdvanceOverGivenLocked()
    {
        while (_given.ContainsKey(_wanted))
        {
            _wanted = series.Interval.Next(_wanted);
        }
    }

    private UnixMicros? FirstGivenBeyondLocked()
    {
        foreach (UnixMicros t in _given.Keys.Where(k => k > _wanted))
        {
            return t;
        }

        return null;
    }

    private UnixMicros RereadFromLocked()
    {
        UnixMicros from = UnixMicros.Min(_wanted, _confirmed);
        for (int i = 0; i < options.RereadCandles; i++)
        {
            from = series.Before(from);
        }

        return from;
    }

    private void ForgetLocked()
    {
        UnixMicros keepFrom = RereadFromLocked();
        while (_given.Count > 0 && _given.Keys.First() is var oldest && (oldest < keepFrom || _given.Count > MarksMax))
        {
            _given.Remove(oldest);
        }
    }

    private void NudgeLocked()
    {
        TaskCompletionSource nudged = _nudged;
        _nudged = New();
        nudged.TrySetResult();
    }
}
