using System.Collections.Immutable;
using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Continuity;

/// <summary>What opens, fills and settles gaps (INV-7): every expected open time is present, declared absent, or in an open gap.</summary>
/// <remarks>Pure. A gap's key is its start: a gap that turns out to be partly absent gives that part rows of its own, and what remains open gets the key of where it begins then.</remarks>
public static class GapTransitions
{
    /// <summary>Candles are missing: opens a gap, or makes an open one longer; what is in a gap or known to be absent changes nothing.</summary>
    public static (SeriesGaps Next, GapChanges Changes) Missing(SeriesGaps state, OpenTimeRange range, GapEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(state);
        SeriesGaps next = state;
        List<Gap> changed = [];
        foreach (OpenTimeRange piece in range.Without([.. state.Open.Values.Select(o => o.Gap.Range), .. state.Absent.Values.Select(a => a.Range)]))
        {
            SeriesGaps.OpenGap? before = next.Open.Values.FirstOrDefault(o => o.Gap.Range.To == piece.From);
            Gap gap = before is null
                ? new Gap(state.Symbol, state.Interval, piece, GapState.Open, evidence.At, null, [evidence])
                : before.Gap.With(evidence) with { Range = before.Gap.Range with { To = piece.To } };
            next = next with { Open = next.Open.SetItem(gap.Range.From, new SeriesGaps.OpenGap(gap, before?.Settled ?? [])) };
            changed.RemoveAll(g => g.Range.From == gap.Range.From);
            changed.Add(gap);
        }

        return (next, changed.Count == 0 ? GapChanges.None : new GapChanges(changed, []));
    }

    /// <summary>A range is settled: its candles are there, but for those that the exchange says it does not have.</summary>
    /// <param name="state">The series' gaps.</param>
    /// <param name="range">What was settled.</param>
    /// <param name="absent">What of it the exchange has no candles for.</param>
    /// <param name="evidence">What was asked and answered.</param>
    public static (SeriesGaps Next, GapChanges Changes) Settled(SeriesGaps state, OpenTimeRange range, IReadOnlyList<OpenTimeRange> absent, GapEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(absent);
        if (range.IsEmpty || (state.IsEmpty && absent.Count == 0))
        {
            return (state, GapChanges.None);
        }

        List<Gap> first = [], then = [];
        SeriesGaps next = Appeared(state, range, absent, evidence, then);
        next = Declared(next, absent, evidence, first);
        next = Covered(next, range, evidence, first, then);

        // One row a key: of two the later says more, and what is open or absent now is not filled.
        List<Gap> last = [.. then.Where((t, i) => !first.Any(f => f.Range.From == t.Range.From) && then.FindLastIndex(o => o.Range.From == t.Range.From) == i)];
        return (next, first.Count + last.Count == 0 ? GapChanges.None : new GapChanges(first, last));
    }

    // Candles that were declared absent are there after all: the exchange's database was behind.
    private static SeriesGaps Appeared(SeriesGaps s, OpenTimeRange range, IReadOnlyList<OpenTimeRange> absent, GapEvidence evidence, List<Gap> then)
    {
        SeriesGaps next = s;
        foreach (Gap gap in s.Absent.Values.Where(g => g.Range.Overlaps(range)))
        {
            IReadOnlyList<OpenTimeRange> present = gap.Range.Common(range).Without(absent);
            if (present.Count == 0)
            {
                continue;
            }

            next = next with { Absent = next.Absent.Remove(gap.Range.From) };
            foreach (OpenTimeRange still in gap.Range.Without(present))
            {
                Gap rest = gap with { Range = still };
                next = next.WithAbsent(rest);
                then.Add(rest);
            }

            then.AddRange(present.Select(p => gap.With(evidence) with { Range = p, State = GapState.Filled, SettledAt = evidence.At }));
        }

        return next;
    }

    private static SeriesGaps Declared(SeriesGaps s, IReadOnlyList<OpenTimeRange> absent, GapEvidence evidence, List<Gap> first)
    {
        SeriesGaps next = s;
        foreach (OpenTimeRange piece in absent.SelectMany(a => a.Without(s.Absent.Values.Select(g => g.Range))).SelectMany(p => Cut(p, s.Open.Keys)))
        {
            // Where an open gap begins a row of its own must begin too: it takes that gap's key.
            Gap? before = s.Open.ContainsKey(piece.From) ? null : next.Absent.Values.FirstOrDefault(g => g.Range.To == piece.From);
            Gap? open = next.Open.Values.Select(o => o.Gap).FirstOrDefault(g => g.Range.Overlaps(piece));
            Gap gap = before is not null
                ? before.With(evidence) with { Range = before.Range with { To = piece.To }, SettledAt = evidence.At }
                : new Gap(s.Symbol, s.Interval, piece, GapState.Absent, open?.FoundAt ?? evidence.At, evidence.At, open is null ? [evidence] : open.With(evidence).Evidence);
            next = next.WithAbsent(gap);
            first.RemoveAll(g => g.Range.From == gap.Range.From);
            first.Add(gap);
        }

        return next;
    }

    private static SeriesGaps Covered(
        SeriesGaps s, OpenTimeRange range, GapEvidence evidence, List<Gap> first, List<Gap> then)
    {
        SeriesGaps next = s;
        foreach (SeriesGaps.OpenGap open in s.Open.Values.Where(o => o.Gap.Range.Overlaps(range)))
        {
            SeriesGaps.OpenGap left = open with { Settled = Joined(open.Settled.Add(open.Gap.Range.Common(range))) };
            next = next with { Open = next.Open.Remove(open.Gap.Range.From) };

            // An absence that begins where the gap does has taken its key: what is left begins behind it, and behind those that follow it.
            UnixMicros from = open.Gap.Range.From;
            while (from < open.Gap.Range.To && next.Absent.TryGetValue(from, out Gap? taken))
            {
                from = UnixMicros.Min(taken.Range.To, open.Gap.Range.To);
            }

            if (from > open.Gap.Range.From)
            {
                left = left with { Gap = left.Gap with { Range = left.Gap.Range with { From = from } } };
                if (left.Gap.Range.IsEmpty)
                {
                    continue;
                }

                if (!left.IsDone)
                {
                    first.Add(left.Gap);
                }
            }

            if (left.IsDone)
            {
                then.Add(left.Gap.With(evidence) with { State = GapState.Filled, SettledAt = evidence.At });
            }
            else
            {
                next = next with { Open = next.Open.SetItem(left.Gap.Range.From, left) };
            }
        }

        return next;
    }

    private static IEnumerable<OpenTimeRange> Cut(OpenTimeRange range, IEnumerable<UnixMicros> at)
    {
        UnixMicros from = range.From;
        foreach (UnixMicros cut in at.Where(c => c > range.From && c < range.To))
        {
            yield return new OpenTimeRange(from, cut);
            from = cut;
        }

        yield return range with { From = from };
    }

    private static ImmutableList<OpenTimeRange> Joined(ImmutableList<OpenTimeRange> ranges)
    {
        var joined = ImmutableList.CreateBuilder<OpenTimeRange>();
        foreach (OpenTimeRange range in ranges.OrderBy(r => r.From))
        {
            if (joined.Count > 0 && range.From <= joined[^1].To)
            {
                joined[^1] = joined[^1] with { To = UnixMicros.Max(joined[^1].To, range.To) };
            }
            else
            {
                joined.Add(range);
            }
        }

        return joined.ToImmutable();
    }
}
