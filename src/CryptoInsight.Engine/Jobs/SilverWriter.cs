using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Quality;
using CryptoInsight.Lake.Silver;

namespace CryptoInsight.Engine.Jobs;

/// <summary>Brings candidates into Silver by INV-3: knows the version that its plans read and which keys that version has.</summary>
/// <remarks>Keys are read a day (partition) at a time, when a batch touches the day and the files' ranges cannot rule its keys out: a start reads none, and memory holds only days that are written to.
/// The first touch reads the day from the touched time on: after a start the newest candles come again, and what lies before them is left alone.
/// Everything in memory belongs to <see cref="Base"/>; after a commit that the fence refused it is thrown away.</remarks>
internal sealed class SilverWriter(SilverChartsTable silver, Snapshot snapshot)
{
    private const int SymbolsNamedMax = 16; // more cost every row more than they prune

    private readonly KeyMemory _keys = new();
    private readonly Dictionary<int, long> _knownFrom = []; // by day: its keys from this open time on are known

    /// <summary>The version that plans read.</summary>
    public Snapshot Base { get; private set; } = snapshot;

    /// <summary>Plans and commits a batch; the plan says what became of every candidate.</summary>
    public async Task<(CommitOutcome Outcome, SilverPlan Plan)> MergeAsync(IReadOnlyList<SilverCandle> candidates, IReadOnlyList<AppTransaction> positions, CancellationToken ct)
    {
        var plan = new SilverPlan();
        IReadOnlyCollection<SilverCandle> winners = SilverPlan.WinnersOf(candidates, plan);
        plan.Place(winners, await ExistingAsync(winners, ct).ConfigureAwait(false));
        var change = new SilverChange(plan.Inserts, plan.Replacements, []);
        CommitOutcome outcome = change.RowCount == 0 && positions.Count == 0
            ? new CommitOutcome.Nothing(Base.Version)
            : await CommitAsync(change, positions, ct).ConfigureAwait(false);
        return (outcome, plan);
    }

    /// <summary>Commits a change that is already planned on <see cref="Base"/>, and moves there.</summary>
    public async Task<CommitOutcome> CommitAsync(SilverChange change, IReadOnlyList<AppTransaction> positions, CancellationToken ct)
    {
        CommitOutcome outcome = await silver.CommitAsync(change, positions, Base.Version, ct).ConfigureAwait(false);
        if (outcome is CommitOutcome.Committed committed)
        {
            Snapshot newest = silver.Table.Snapshot;
            Base = newest.Version == committed.Version ? newest : await silver.Table.SnapshotAtAsync(committed.Version, ct).ConfigureAwait(false);
            foreach (SilverCandle inserted in change.Inserts)
            {
                _keys.Add(inserted.Key); // a deleted key stays: then it is looked for in vain, which is no harm
            }
        }

        return outcome;
    }

    /// <summary>The rows of Silver for those winners whose keys it has, read with one scan pruned to their ranges.</summary>
    private async Task<IReadOnlyDictionary<CandleKey, SilverCandle>> ExistingAsync(IReadOnlyCollection<SilverCandle> winners, CancellationToken ct)
    {
        await LearnAsync(winners, ct).ConfigureAwait(false);
        HashSet<CandleKey> wanted = [.. winners.Select(w => w.Key).Where(_keys.Contains)];
        var existing = new Dictionary<CandleKey, SilverCandle>(wanted.Count);
        if (wanted.Count == 0)
        {
            return existing;
        }

        await foreach (IReadOnlyList<SilverCandle> rows in silver.RowsAsync(Base, RangeOf(wanted), ct).ConfigureAwait(false))
        {
            foreach (SilverCandle row in rows.Where(r => wanted.Contains(r.Key)))
            {
                existing.Add(row.Key, row);
            }
        }

        return existing;
    }

    /// <summary>One range over all keys, whatever their number: a condition per series would be asked of every row, and a thousand series revise the same minute.</summary>
    private static Predicate RangeOf(IReadOnlyCollection<CandleKey> wanted)
    {
        long first = wanted.Min(k => k.OpenTime.Value), last = wanted.Max(k => k.OpenTime.Value);
        string[] symbols = [.. wanted.Select(k => k.Symbol.Code).Distinct().Take(SymbolsNamedMax + 1)];
        List<Predicate> terms =
        [
            new Predicate.In("dt", [.. wanted.Select(k => k.OpenTime.Day).Distinct().Select(day => (object)(long)day)]),
            Predicate.Between("open_time", first, last),
        ];
        if (symbols.Length <= SymbolsNamedMax)
        {
            terms.Add(new Predicate.In("symbol", symbols));
        }

        return new Predicate.And(terms);
    }

    /// <summary>Reads the keys of those days that are touched where they are not known, unless no file's range admits one of the winners' keys: then they are absent, and nothing is read.</summary>
    private async Task LearnAsync(IReadOnlyCollection<SilverCandle> winners, CancellationToken ct)
    {
        IReadOnlyList<CandleKey>[] touched =
        [
            .. winners.Select(w => w.Key).Where(k => !_knownFrom.TryGetValue(k.OpenTime.Day, out long from) || k.OpenTime.Value < from).GroupBy(k => k.OpenTime.Day)
                .Select(day => (IReadOnlyList<CandleKey>)[.. day]).Where(day => Base.FilesFor(RangeOf(day)).Any()),
        ];
        if (touched.Length == 0)
        {
            return;
        }

        int[] days = [.. touched.Select(day => day[0].OpenTime.Day)];
        var ofDays = new Predicate.In("dt", [.. days.Select(day => (object)(long)day)]);
        // Touched a second time, before what is known: it may go on backwards, so now all of it.
        long first = days.Any(_knownFrom.ContainsKey) ? long.MinValue : touched.Min(day => day.Min(k => k.OpenTime.Value));
        Predicate wanted = first == long.MinValue ? ofDays : Predicate.All(ofDays, new Predicate.Compare("open_time", Comparison.GreaterOrEqual, first));
        await foreach (IReadOnlyList<CandleKey> some in silver.KeysAsync(Base, wanted, ct).ConfigureAwait(false))
        {
            foreach (CandleKey key in some)
            {
                _keys.Add(key);
            }
        }

        foreach (int day in days)
        {
            _knownFrom[day] = first;
        }
    }
}
