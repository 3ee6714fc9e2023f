using CryptoInsight.Delta;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Domain.Quality;
using CryptoInsight.Lake.DeadLetters;
using CryptoInsight.Lake.Rows;

namespace CryptoInsight.Engine.Jobs;

/// <summary>A Bronze table's commits in, one Silver commit per step out, refused rows to the dead letters first: for tables whose rows are few.</summary>
/// <remarks>It keeps nothing in memory but its base: the rows that a step may meet are read again, the days that it touches only.</remarks>
public sealed class SilverTableJob<TRaw, TRow, TKey> : ITableJob
    where TRow : class
    where TKey : notnull
{
    private readonly AppendedTable<TRaw> _bronze;
    private readonly KeyedTable<TRow> _silver;
    private readonly JobLetters _letters;
    private readonly SilverRules<TRaw, TRow, TKey> _rules;
    private readonly string _runId;
    private Snapshot _base;
    private long _position;

    private SilverTableJob(
        AppendedTable<TRaw> bronze, KeyedTable<TRow> silver, JobLetters letters, SilverRules<TRaw, TRow, TKey> rules, string runId, Snapshot snapshot, long position)
    {
        _bronze = bronze;
        _silver = silver;
        _letters = letters;
        _rules = rules;
        _runId = runId;
        _base = snapshot;
        _position = position;
    }

    public long Position => _position;

    /// <summary>The version of Silver that the next step reads.</summary>
    public long OutputVersion => _base.Version;

    /// <summary>Reads the position from Silver.</summary>
    /// <param name="fromBeginning">Judges every row of Bronze again and merges what is missing or greater.</param>
    public static async Task<ITableJob> StartAsync(
        AppendedTable<TRaw> bronze, KeyedTable<TRow> silver, DeadLetterTable letters, SilverRules<TRaw, TRow, TKey> rules, string runId, bool fromBeginning, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(silver);
        ArgumentNullException.ThrowIfNull(letters);
        ArgumentNullException.ThrowIfNull(rules);
        JobLetters ownLetters = await JobLetters.LoadAsync(letters, rules.JobId, ct).ConfigureAwait(false);
        Snapshot snapshot = await silver.Table.RefreshAsync(ct).ConfigureAwait(false);
        return new SilverTableJob<TRaw, TRow, TKey>(
            bronze, silver, ownLetters, rules, runId, snapshot, fromBeginning ? -1 : snapshot.TransactionVersion(rules.JobId) ?? -1);
    }

    public async Task<StepOutcome> StepAsync(TailStep step, CancellationToken ct)
    {
        if (step is TailStep.CaughtUp)
        {
            return new StepOutcome.Advanced(new StepReport(_position, _base.Version));
        }

        if (step is TailStep.FellBehind)
        {
            // Bronze is append-only, so its newest snapshot holds every row of the commits that are gone.
            Snapshot all = await _bronze.Table.RefreshAsync(ct).ConfigureAwait(false);
            StepOutcome whole = await TakeAsync(await GatherAsync(_bronze.ReadAsync(all, ct)).ConfigureAwait(false), all.Version, judgedBefore: false, ct).ConfigureAwait(false);
            return whole is StepOutcome.Advanced advanced
                ? new StepOutcome.StartAgain($"the commits after its position are gone; all of Bronze was judged at version {all.Version}") { Committed = advanced.Report }
                : whole;
        }

        if (step is not TailStep.Versions { IsAppendOnly: true } versions)
        {
            throw new CorruptTableException(
                $"{_rules.JobId} stands at version {_position} of an append-only table, but its log says that rows were removed or the table replaced. Restore the table, or repair the job from the start.");
        }

        long lettersAt = _letters.Position;
        if (lettersAt > versions.FromExclusive && lettersAt < versions.ToInclusive)
        {
            // A crash fell between the two commits: what the dead letters took in already is a batch of its own.
            StepOutcome first = await TakeAsync(versions, f => f <= lettersAt, lettersAt, judgedBefore: true, ct).ConfigureAwait(false);
            return first is StepOutcome.StartAgain ? first : await TakeAsync(versions, f => f > lettersAt, versions.ToInclusive, judgedBefore: false, ct).ConfigureAwait(false);
        }

        return await TakeAsync(versions, _ => true, versions.ToInclusive, judgedBefore: lettersAt >= versions.ToInclusive, ct).ConfigureAwait(false);
    }

    private async Task<StepOutcome> TakeAsync(TailStep.Versions versions, Func<long, bool> isOfBatch, long to, bool judgedBefore, CancellationToken ct)
    {
        IEnumerable<AddFile> files = versions.Appended.Where(f => isOfBatch(f.Version)).Select(f => f.File);
        return await TakeAsync(await GatherAsync(_bronze.ReadFilesAsync(files, ct)).ConfigureAwait(false), to, judgedBefore, ct).ConfigureAwait(false);
    }

    private async Task<StepOutcome> TakeAsync(IReadOnlyList<TRaw> raws, long to, bool judgedBefore, CancellationToken ct)
    {
        (List<TRow> candidates, List<DeadLetter> letters) = await JudgeAsync(raws, judgedBefore, ct).ConfigureAwait(false);
        var position = new AppTransaction(_rules.JobId, to);
        if (!judgedBefore && letters.Count > 0 && await _letters.CommitAsync(letters, Math.Max(to, _letters.Position), ct).ConfigureAwait(false) is { } refused)
        {
            return new StepOutcome.StartAgain(refused);
        }

        var plan = new SilverTablePlan<TRaw, TRow, TKey>(_rules);
        IReadOnlyDictionary<TKey, TRow> winners = plan.Winners(candidates);
        plan.Place(winners.Values, await ExistingAsync(winners, ct).ConfigureAwait(false));
        CommitOutcome outcome = await _silver.CommitAsync(plan.Difference, [position], _base.Version, ct).ConfigureAwait(false);
        return await outcome.Match(
            committed => AdvancedAsync(committed.Version, to, raws.Count, letters.Count, plan, ct),
            nothing => AdvancedAsync(nothing.Version, to, raws.Count, letters.Count, plan, ct),
            superseded => Task.FromResult<StepOutcome>(new StepOutcome.StartAgain(superseded.Why)),
            conflict => Task.FromResult<StepOutcome>(new StepOutcome.StartAgain(conflict.Why))).ConfigureAwait(false);
    }

    private async Task<(List<TRow> Candidates, List<DeadLetter> Letters)> JudgeAsync(IReadOnlyList<TRaw> raws, bool judgedBefore, CancellationToken ct)
    {
        // Where the dead letters are ahead, a row is quarantined exactly if its letter is there as quarantined, whatever the rules are now.
        DeadLetter[] possible = judgedBefore ? [.. raws.Select(r => _rules.Letter(r, "", "", _runId))] : [];
        IReadOnlyDictionary<string, string> states = judgedBefore
            ? await _letters.StatesOfAsync(possible, ct).ConfigureAwait(false)
            : new Dictionary<string, string>();
        List<TRow> candidates = [];
        List<DeadLetter> letters = [];
        for (int i = 0; i < raws.Count; i++)
        {
            (TRow? row, SilverVerdict.Quarantined? why) = _rules.Read(raws[i]);
            bool wasQuarantined = judgedBefore && states.TryGetValue(possible[i].DlqId, out string? state) && state == DeadLetter.Quarantined;
            if (row is null || wasQuarantined)
            {
                letters.Add(_rules.Letter(raws[i], why?.Code ?? "", why?.Message ?? "", _runId));
            }
            else
            {
                candidates.Add(row);
            }
        }

        return (candidates, letters);
    }

    private async Task<IReadOnlyDictionary<TKey, TRow>> ExistingAsync(IReadOnlyDictionary<TKey, TRow> winners, CancellationToken ct)
    {
        var existing = new Dictionary<TKey, TRow>();
        if (winners.Count == 0)
        {
            return existing;
        }

        Predicate days = Predicate.Between("dt", (long)winners.Values.Min(_rules.DayOf), (long)winners.Values.Max(_rules.DayOf));
        await foreach (IReadOnlyList<TRow> rows in _silver.ReadAsync(_base, days, ct).ConfigureAwait(false))
        {
            foreach (TRow row in rows.Where(r => winners.ContainsKey(_rules.KeyOf(r))))
            {
                existing.Add(_rules.KeyOf(row), row);
            }
        }

        return existing;
    }

    private async Task<StepOutcome> AdvancedAsync(long version, long to, int rowsIn, int quarantined, SilverTablePlan<TRaw, TRow, TKey> plan, CancellationToken ct)
    {
        Snapshot newest = _silver.Table.Snapshot;
        _base = newest.Version == version ? newest : await _silver.Table.SnapshotAtAsync(version, ct).ConfigureAwait(false);
        _position = to;
        int written = plan.Difference.Inserts.Count + plan.Difference.Replacements.Count;
        return new StepOutcome.Advanced(new StepReport(to, version)
        {
            RowsIn = rowsIn,
            RowsAccepted = written,
            RowsSuperseded = plan.Superseded,
            RowsUnchanged = plan.Unchanged,
            RowsQuarantined = quarantined,
            RowsOut = written,
        });
    }

    private static async Task<IReadOnlyList<TRaw>> GatherAsync(IAsyncEnumerable<IReadOnlyList<TRaw>> batches)
    {
        var all = new List<TRaw>();
        await foreach (IReadOnlyList<TRaw> some in batches.ConfigureAwait(false))
        {
            all.AddRange(some);
        }

        return all;
    }
}
