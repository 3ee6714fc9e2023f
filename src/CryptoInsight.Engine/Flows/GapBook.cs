using System.Globalization;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Domain.Continuity;
using CryptoInsight.Domain.Market;
using CryptoInsight.Lake.Operations;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Engine.Flows;

/// <summary>The gaps of all followed series, kept in step with <c>ops_gaps</c>: what the feed tells goes in, rows that are not written yet come out.</summary>
/// <remarks>Order is what makes it safe: what opened or is absent is durable before the candles and the bookmark beside it, what is filled after them.
/// A crash in between repeats rows of the same keys.</remarks>
internal sealed class GapBook
{
    private readonly GapsTable _table;
    private readonly Dictionary<CandleSeries, SeriesGaps> _series;
    private readonly Dictionary<(CandleSeries, UnixMicros), Gap> _first = [];
    private readonly Dictionary<(CandleSeries, UnixMicros), Gap> _then = [];

    private GapBook(GapsTable table, Dictionary<CandleSeries, SeriesGaps> series)
    {
        _table = table;
        _series = series;
    }

    /// <summary>How many gaps are open.</summary>
    public int OpenCount => _series.Values.Sum(s => s.OpenGaps.Count());

    /// <summary>Reads what is known, and takes up what a start changes: what lies below a bookmark is there, what lies between it and now is missing.</summary>
    public static async Task<GapBook> LoadAsync(GapsTable table, IReadOnlyList<SeriesStart> series, Bookmarks bookmarks, UnixMicros now, CancellationToken ct)
    {
        await table.Table.RefreshAsync(ct).ConfigureAwait(false);
        var known = series.ToDictionary(s => new CandleSeries(s.Symbol, s.Interval), s => new SeriesGaps(s.Symbol, s.Interval));
        List<Gap> rows = [];
        foreach (GapState state in (GapState[])[GapState.Open, GapState.Absent])
        {
            await foreach (Gap gap in table.ReadAsync(state, ct).ConfigureAwait(false))
            {
                rows.Add(gap);
            }
        }

        foreach (IGrouping<CandleSeries, Gap> of in rows.GroupBy(g => new CandleSeries(g.Symbol, g.Interval)).Where(g => known.ContainsKey(g.Key)))
        {
            known[of.Key] = known[of.Key].Load(of.OrderBy(g => g.Range.From));
        }

        var book = new GapBook(table, known);
        foreach (SeriesStart s in series)
        {
            UnixMicros completeTo = bookmarks.CompleteTo(s.Symbol, s.Interval);
            book.Resume(new CandleSeries(s.Symbol, s.Interval), completeTo, s.LiveFrom, now);
        }

        return book;
    }

    /// <summary>Takes in what the feed told.</summary>
    public void Take(KlineFeedEvent told)
    {
        switch (told)
        {
            case KlineFeedEvent.Missing missing:
                Apply(missing.Series, s => GapTransitions.Missing(s, new OpenTimeRange(missing.From, missing.To), new GapEvidence(missing.At, missing.Why)));
                break;
            case KlineFeedEvent.Fetched { Range: var range }:
                Apply(range.Series, s => s.IsEmpty && range.Absent.Count == 0
                    ? (s, GapChanges.None)
                    : GapTransitions.Settled(s, new OpenTimeRange(range.From, range.SettledTo), range.Absent, EvidenceOf(range)));
                break;
        }
    }

    /// <summary>Writes what must be durable before the candles.</summary>
    public Task WriteFirstAsync(CancellationToken ct)
    {
        // What opened and is filled by the same candles needs one row, afterwards; a crash before it leaves the bookmark where it was.
        foreach ((CandleSeries, UnixMicros) key in _first.Where(g => g.Value.State == GapState.Open && _then.ContainsKey(g.Key)).Select(g => g.Key).ToList())
        {
            _first.Remove(key);
        }

        return WriteAsync(_first, ct);
    }

    /// <summary>Writes what is true once the candles are durable.</summary>
    public Task WriteThenAsync(CancellationToken ct) => WriteAsync(_then, ct);

    private static GapEvidence EvidenceOf(FetchedRange range) => range.Answer is { } answer
        ? new GapEvidence(answer.At, string.Create(CultureInfo.InvariantCulture, $"asked {answer.Endpoint} from {answer.From} to {answer.To}: {answer.Rows} candles"))
        : new GapEvidence(range.Rows.Count > 0 ? range.Rows[0].IngestTime : range.From, "the stream told it");

    private void Resume(CandleSeries series, UnixMicros completeTo, UnixMicros liveFrom, UnixMicros now)
    {
        SeriesGaps state = _series[series];
        foreach (Gap gap in state.OpenGaps.Where(g => g.Range.From < completeTo).ToList())
        {
            OpenTimeRange below = gap.Range.Common(new OpenTimeRange(gap.Range.From, completeTo));
            Apply(series, s => GapTransitions.Settled(s, below, [.. s.AbsentIn(below)], new GapEvidence(now, $"the series is complete up to {completeTo}")));
        }

        OpenTimeRange missing = new(completeTo, liveFrom);
        if (!missing.IsEmpty)
        {
            Apply(series, s => GapTransitions.Missing(s, missing, new GapEvidence(now, "a node started, and this was not there yet")));
        }
    }

    private void Apply(CandleSeries series, Func<SeriesGaps, (SeriesGaps Next, GapChanges Changes)> transition)
    {
        if (!_series.TryGetValue(series, out SeriesGaps? state))
        {
            return;
        }

        (_series[series], GapChanges changes) = transition(state);
        foreach (Gap gap in changes.First)
        {
            _first[(series, gap.Range.From)] = gap;
            _then.Remove((series, gap.Range.From));
        }

        foreach (Gap gap in changes.Then)
        {
            _then[(series, gap.Range.From)] = gap;
        }
    }

    private async Task WriteAsync(Dictionary<(CandleSeries, UnixMicros), Gap> rows, CancellationToken ct)
    {
        if (rows.Count == 0)
        {
            return;
        }

        CommitOutcome outcome = await _table.PutAsync([.. rows.Values.OrderBy(g => g.Symbol).ThenBy(g => g.Interval).ThenBy(g => g.Range.From)], ct).ConfigureAwait(false);
        outcome.Match(
            _ => 0,
            _ => 0,
            superseded => throw new IOException($"{GapsTable.Name} was changed by another ingestion: {superseded.Why}"),
            conflict => throw new IOException($"{GapsTable.Name} was changed by another ingestion: {conflict.Why}"));
        rows.Clear();
    }
}
