using CryptoInsight.Delta;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Quality;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Lake.DeadLetters;

namespace CryptoInsight.Engine.Jobs;

/// <summary>The job <c>02_transform_silver_binance</c>: Bronze's commits in, one Silver commit per step out, refused rows to the dead letters first.</summary>
/// <remarks>Everything in memory (key memory, the snapshot that plans read) belongs to <see cref="_base"/>; a commit that the fence refuses throws the whole job away.</remarks>
public sealed class SilverJob : ITableJob
{
    public const string Id = "02_transform_silver_binance";

    private readonly LakeTables _lake;
    private readonly BronzeJudge _judge;
    private readonly KeyMemory _keys;
    private readonly string _runId;
    private Snapshot _base;

    private SilverJob(LakeTables lake, BronzeJudge judge, KeyMemory keys, Snapshot snapshot, string runId)
    {
        _lake = lake;
        _judge = judge;
        _keys = keys;
        _base = snapshot;
        _runId = runId;
    }

    public long Position => _base.TransactionVersion(Id) ?? -1;

    public long OutputVersion => _base.Version;

    /// <summary>Reads position and keys from Silver.</summary>
    public static async Task<ITableJob> StartAsync(LakeTables lake, BronzeJudge judge, string runId, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(lake);
        await lake.DeadLetters.Table.RefreshAsync(ct).ConfigureAwait(false);
        Snapshot snapshot = await lake.Silver.Table.RefreshAsync(ct).ConfigureAwait(false);
        var keys = new KeyMemory();
        await foreach (IReadOnlyList<CandleKey> some in lake.Silver.KeysAsync(snapshot, ct).ConfigureAwait(false))
        {
            foreach (CandleKey key in some)
            {
                keys.Add(key);
            }
        }

        return new SilverJob(lake, judge, keys, snapshot, runId);
    }

    public async Task<StepOutcome> StepAsync(TailStep step, CancellationToken ct)
    {
        if (step is not TailStep.Versions versions)
        {
            throw new CorruptTableException(
                $"{Id} stands at version {Position} of {BronzeChartsTable.Name}, but its log says {step}: rows between may be lost. Restore the table's log, or repair the job from the start.");
        }

        if (!versions.IsAppendOnly)
        {
            throw new CorruptTableException(
                $"{BronzeChartsTable.Name} is append-only, but a commit in ({versions.FromExclusive}, {versions.ToInclusive}] removed rows; see DESCRIBE HISTORY {BronzeChartsTable.Name}.");
        }

        long lettersAt = _lake.DeadLetters.Table.Snapshot.TransactionVersion(Id) ?? -1;
        if (lettersAt > versions.FromExclusive && lettersAt < versions.ToInclusive)
        {
            // A crash fell between the two commits: what the dead letters took in already is a batch of its own.
            var first = versions with { ToInclusive = lettersAt, Appended = [.. versions.Appended.Where(f => f.Version <= lettersAt)] };
            var rest = versions with { FromExclusive = lettersAt, Appended = [.. versions.Appended.Where(f => f.Version > lettersAt)] };
            return await TakeAsync(first, judgedBefore: true, ct).ConfigureAwait(false) is StepOutcome.StartAgain again
                ? again
                : await TakeAsync(rest, judgedBefore: false, ct).ConfigureAwait(false);
        }

        return await TakeAsync(versions, judgedBefore: lettersAt >= versions.ToInclusive, ct).ConfigureAwait(false);
    }

    private async Task<StepOutcome> TakeAsync(TailStep.Versions versions, bool judgedBefore, CancellationToken ct)
    {
        var entries = new List<BronzeEntry>();
        await foreach (IReadOnlyList<BronzeEntry> some in _lake.Bronze.ReadAsync(versions.Appended.Select(f => f.File), ct).ConfigureAwait(false))
        {
            entries.AddRange(some);
        }

        Judgement judgement = judgedBefore
            ? await JudgeAsBeforeAsync(entries, ct).ConfigureAwait(false)
            : _judge.Judge(entries, _runId);
        var position = new AppTransaction(Id, versions.ToInclusive);
        if (!judgedBefore && await CommitLettersAsync(judgement.Letters, position, ct).ConfigureAwait(false) is { } lettersRefused)
        {
            return lettersRefused;
        }

        var plan = new SilverPlan();
        IReadOnlyCollection<SilverCandle> winners = SilverPlan.WinnersOf(judgement.Candidates, plan);
        plan.Place(winners, await ExistingAsync(winners, ct).ConfigureAwait(false));
        CommitOutcome outcome = await _lake.Silver.CommitAsync(plan.Inserts, plan.Replacements, position, _base.Version, ct).ConfigureAwait(false);
        return await outcome.Match(
            committed => AdvanceAsync(committed.Version, versions, entries.Count, judgement, plan, ct),
            nothing => AdvanceAsync(nothing.Version, versions, entries.Count, judgement, plan, ct),
            superseded => Task.FromResult<StepOutcome>(new StepOutcome.StartAgain(superseded.Why)),
            conflict => Task.FromResult<StepOutcome>(new StepOutcome.StartAgain(conflict.Why))).ConfigureAwait(false);
    }

    /// <summary>The dead letters are ahead: a row is quarantined exactly if its letter is there as quarantined, whatever the rules are now.</summary>
    private async Task<Judgement> JudgeAsBeforeAsync(IReadOnlyList<BronzeEntry> entries, CancellationToken ct)
    {
        List<string> ids = [.. entries.Select(e => DeadLetter.Of(e, "", "", _runId).DlqId)];
        IReadOnlyDictionary<string, string> states = await _lake.DeadLetters.StatesOfAsync(ids, ct).ConfigureAwait(false);
        return _judge.JudgeAsBefore(entries, i => states.TryGetValue(ids[i], out string? state) && state == DeadLetter.Quarantined, _runId);
    }

    private async Task<StepOutcome?> CommitLettersAsync(IReadOnlyList<DeadLetter> letters, AppTransaction position, CancellationToken ct)
    {
        if (letters.Count == 0)
        {
            return null; // the dead letters' position only matters for batches that have some
        }

        Snapshot before = await _lake.DeadLetters.Table.RefreshAsync(ct).ConfigureAwait(false);
        IReadOnlyDictionary<string, string> known = await _lake.DeadLetters.StatesOfAsync([.. letters.Select(l => l.DlqId)], ct).ConfigureAwait(false);
        List<DeadLetter> fresh = [.. letters.Where(l => !known.ContainsKey(l.DlqId)).DistinctBy(l => l.DlqId)];
        CommitOutcome outcome = await _lake.DeadLetters.AppendAsync(fresh, position, before.Version, ct).ConfigureAwait(false);
        return outcome.Match<StepOutcome?>(
            _ => null,
            _ => null,
            superseded => new StepOutcome.StartAgain(superseded.Why),
            conflict => new StepOutcome.StartAgain(conflict.Why));
    }

    /// <summary>The rows of Silver for those winners whose keys it has, read with one scan pruned to their ranges.</summary>
    private async Task<IReadOnlyDictionary<CandleKey, SilverCandle>> ExistingAsync(IReadOnlyCollection<SilverCandle> winners, CancellationToken ct)
    {
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
        await foreach (IReadOnlyList<SilverCandle> rows in _lake.Silver.ReadAsync(_base, Predicate.Any(ranges), ct).ConfigureAwait(false))
        {
            foreach (SilverCandle row in rows.Where(r => wanted.Contains(r.Key)))
            {
                existing.Add(row.Key, row);
            }
        }

        return existing;
    }

    private async Task<StepOutcome> AdvanceAsync(
        long version, TailStep.Versions versions, int rowsIn, Judgement judgement, SilverPlan plan, CancellationToken ct)
    {
        Snapshot newest = _lake.Silver.Table.Snapshot;
        _base = newest.Version == version ? newest : await _lake.Silver.Table.SnapshotAtAsync(version, ct).ConfigureAwait(false);
        foreach (SilverCandle inserted in plan.Inserts)
        {
            _keys.Add(inserted.Key);
        }

        return new StepOutcome.Advanced(new StepReport(versions.ToInclusive, version)
        {
            RowsIn = rowsIn,
            RowsAccepted = plan.Inserts.Count + plan.Replacements.Count,
            RowsSuperseded = plan.Superseded,
            RowsUnchanged = plan.Unchanged,
            RowsQuarantined = judgement.Letters.Count,
            RowsOut = plan.Inserts.Count + plan.Replacements.Count,
        });
    }
}
