using System.Collections.Immutable;
using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Continuity;

/// <summary>The gaps of one series that may still change: those that are open, and what was declared absent lately.</summary>
/// <remarks>Changed by <see cref="GapTransitions"/> only. Bound: absences beyond the newest <see cref="AbsentMax"/> are forgotten here (their rows stay).</remarks>
public sealed record SeriesGaps
{
    /// <summary>How many absences a series remembers.</summary>
    public const int AbsentMax = 64;

    /// <summary>A series without gaps.</summary>
    /// <param name="symbol">Whose.</param>
    /// <param name="interval">How long.</param>
    public SeriesGaps(Symbol symbol, Interval interval)
    {
        Symbol = symbol;
        Interval = interval;
    }

    /// <summary>Whose.</summary>
    public Symbol Symbol { get; }

    /// <summary>How long.</summary>
    public Interval Interval { get; }

    /// <summary>The open gaps by start.</summary>
    public IEnumerable<Gap> OpenGaps => Open.Values.Select(o => o.Gap);

    /// <summary>True if there is nothing that a settled range could change.</summary>
    public bool IsEmpty => Open.IsEmpty && Absent.IsEmpty;

    internal ImmutableSortedDictionary<UnixMicros, OpenGap> Open { get; init; } = ImmutableSortedDictionary<UnixMicros, OpenGap>.Empty;

    internal ImmutableSortedDictionary<UnixMicros, Gap> Absent { get; init; } = ImmutableSortedDictionary<UnixMicros, Gap>.Empty;

    /// <summary>The series as its rows tell it.</summary>
    public SeriesGaps Load(IEnumerable<Gap> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        SeriesGaps loaded = this;
        foreach (Gap row in rows)
        {
            loaded = row.State switch
            {
                GapState.Open => loaded with { Open = loaded.Open.SetItem(row.Range.From, new OpenGap(row, [])) },
                GapState.Absent => loaded.WithAbsent(row),
                _ => loaded,
            };
        }

        return loaded;
    }

    /// <summary>What of a range is known to be absent.</summary>
    public IEnumerable<OpenTimeRange> AbsentIn(OpenTimeRange range) => Absent.Values.Where(g => g.Range.Overlaps(range)).Select(g => g.Range.Common(range));

    internal SeriesGaps WithAbsent(Gap gap)
    {
        var absent = Absent.SetItem(gap.Range.From, gap);
        return this with { Absent = absent.Count > AbsentMax ? absent.Remove(absent.Keys.First()) : absent };
    }

    /// <summary>An open gap and what of it is settled already.</summary>
    internal sealed record OpenGap(Gap Gap, ImmutableList<OpenTimeRange> Settled)
    {
        public bool IsDone => Gap.Range.Without(Settled).Count == 0;
    }
}
