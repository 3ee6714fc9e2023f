namespace CryptoInsight.Sources.Binance;

/// <summary>How far one series has come, what was given of it, and what REST has confirmed. Safe for several threads: streams and answers come on their own.</summary>
internal sealed class SeriesCursor(CandleSeries series, UnixMicros wanted, KlineFeedOptions options, KlineWireSchema schema, bool isStreamed)
{
    // Marks of candles that REST could not confirm for very long are forgotten: a row twice in Bronze is lawful, memory without bound is not.
    private const int MarksMax = 10_000;

    // A candle that closes later than this from now has not closed.
    private static readonly TimeSpan s_aheadMax = TimeSpan.FromMinutes(1);

    // A candle that a stream told and that REST has not after this long is believed all the same.
    private static readonly TimeSpan s_confirmWithin = TimeSpan.FromHours(1);

    // An absence is asked about again so long after it was declared: the exchange's database may only have been behind.
    private static readonly TimeSpan[] s_doubtAfter = [TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(20), TimeSpan.FromMinutes(60)];
    private const int DoubtsMax = 16;

    private readonly Lock _gate = new();
    private readonly List<(OpenTimeRange Range, UnixMicros Since, int Asked)> _doubts = [];
    private readonly SortedDictionary<UnixMicros, UInt128> _given = [];
    private TaskCompletionSource _nudged = New();
    private UnixMicros _wanted = series.Interval.Floor(wanted);

    // What a node before this one took from streams may not have been confirmed when it ended.
    private UnixMicros _confirmed = series.Interval.Floor(isStreamed ? wanted - options.VerifyWithin - options.ConfirmAfter : wanted);
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

    /// <summary>When an absence should be asked about again; null if none is in doubt.</summary>
    public UnixMicros? DoubtDue
    {
        get
        {
            lock (_gate)
            {
                return _doubts.Count == 0 ? null : _doubts.Min(d => d.Since + s_doubtAfter[d.Asked]);
            }
        }
    }

    /// <summary>The absence that should be asked about again now, which then counts as asked; null if it is too early.</summary>
    public OpenTimeRange? TakeDoubt(UnixMicros now)
    {
        lock (_gate)
        {
            int at = _doubts.FindIndex(d => d.Since + s_doubtAfter[d.Asked] <= now);
            if (at < 0)
            {
                return null;
            }

            (OpenTimeRange range, UnixMicros since, int asked) = _doubts[at];
            _doubts.RemoveAt(at);
            if (asked + 1 < s_doubtAfter.Length)
            {
                _doubts.Add((range, since, asked + 1));
            }

            return range;
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
            // What a stream told is there, whatever a database that is behind says.
            range = range with { Absent = [.. range.Absent.SelectMany(a => a.Without(GivenInLocked(a)))] };
            UnixMicros confirmedTo = ConfirmedToLocked(range);
            foreach (RawCandle row in range.Rows)
            {
                if (row.OpenTime is not { } t || IsNewLocked(t, row))
                {
                    news.Add(row);
                }
            }

            Doubt(range);

            // A range that does not join what is there is no reason to forget what is missing before it.
            if (range.From <= _wanted)
            {
                _wanted = UnixMicros.Max(_wanted, range.SettledTo);
            }

            AdvanceOverGivenLocked();
            if (range.From <= _confirmed)
            {
                _confirmed = UnixMicros.Max(_confirmed, confirmedTo);
                _unconfirmedSince = _confirmed >= _wanted ? null : range.Answer?.At ?? _unconfirmedSince; // asked just now: again in a while
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

    private void Doubt(FetchedRange range)
    {
        // What an answer settles otherwise is in doubt no more.
        _doubts.RemoveAll(d => d.Range.From >= range.From && d.Range.To <= range.SettledTo && !range.Absent.Any(a => a.Overlaps(d.Range)));
        foreach (OpenTimeRange absent in range.Absent.Where(a => !_doubts.Exists(d => d.Range.Overlaps(a))))
        {
            if (range.Answer is { } answer && _doubts.Count < DoubtsMax && absent.To + s_doubtAfter[^1] > answer.At)
            {
                _doubts.Add((absent, answer.At, 0));
            }
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

    private IEnumerable<OpenTimeRange> GivenInLocked(OpenTimeRange range) =>
        [.. _given.Keys.Where(t => t >= range.From && t < range.To).Select(t => new OpenTimeRange(t, series.Interval.Next(t)))];

    // Up to the first candle that a stream told and this answer lacks: it is to be confirmed by a later one, but not for ever.
    private UnixMicros ConfirmedToLocked(FetchedRange range)
    {
        HashSet<UnixMicros?> answered = [.. range.Rows.Select(r => r.OpenTime)];
        foreach (UnixMicros t in _given.Keys.Where(t => t >= UnixMicros.Max(range.From, _confirmed) && t < range.SettledTo))
        {
            if (!answered.Contains(t) && range.Answer is { } answer && series.Interval.Next(t) + s_confirmWithin > answer.At)
            {
                return t;
            }
        }

        // Young candles may still be revised; where streams bring them nobody else would notice.
        return isStreamed && range.Answer is { } asked
            ? UnixMicros.Min(range.SettledTo, UnixMicros.Max(range.From, series.Interval.Floor(asked.At - options.ConfirmAfter)))
            : range.SettledTo;
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
