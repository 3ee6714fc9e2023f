using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Quality;
using CryptoInsight.Lake.Silver;

namespace CryptoInsight.Engine.Jobs;

/// <summary>Brings candidates into Silver by INV-3: knows the version that its plans read and which keys that version has.</summary>
/// <remarks>Keys are read a day (partition) at a time, when a batch first touches the day: a start reads none, and memory holds only days that are written to.
/// Everything in memory belongs to <see cref="Base"/>; after a commit that the fence refused it is thrown away.</remarks>
internal sealed class SilverWriter(SilverChartsTable silver, Snapshot snapshot)
{
    private readonly KeyMemory _keys = new();
    private readonly HashSet<int> _days = [];

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

        Predicate[] ranges =
        [
            .. wanted.GroupBy(k => (k.Symbol, k.Interval)).Select(series => Predicate.All(
                Predicate.Equal("symbol", series.Key.Symbol.Code),
                Predicate.Equal("interval", series.Key.Interval.Code),
                Predicate.Between("open_time", series.Min(k => k.OpenTime.Value), series.Max(k => k.OpenTime.Value)),
                Predicate.Between("dt", (long)series.Min(k => k.OpenTime.Day), (long)series.Max(k => k.OpenTime.Day)))),
        ];
        await foreach (IReadOnlyList<SilverCandle> rows in silver.RowsAsync(Base, Predicate.Any(ranges), ct).ConfigureAwait(false))
        {
            foreach (SilverCandle row in rows.Where(r => wanted.Contains(r.Key)))
            {
                existing.Add(row.Key, row);
            }
        }

        return existing;
    }

    private async Task LearnAsync(IReadOnlyCollection<SilverCandle> winners, CancellationToken ct)
    {
        object[] unknown = [.. winners.Select(w => w.Candle.OpenTime.Day).Distinct().Where(_days.Add).Select(day => (object)(long)day)];
        if (unknown.Length == 0)
        {
            return;
        }

        await foreach (IReadOnlyList<CandleKey> some in silver.KeysAsync(Base, new Predicate.In("dt", unknown), ct).ConfigureAwait(false))
        {
            foreach (CandleKey key in some)
            {
                _keys.Add(key);
            }
        }
    }
}
