using CryptoInsight.Delta;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Lake.DeadLetters;
using CryptoInsight.Lake.Silver;

namespace CryptoInsight.Engine.Jobs;

/// <summary>The job <c>02_transform_silver_binance</c>: Bronze's commits in, one Silver commit per step out, refused rows to the dead letters first.</summary>
/// <remarks>
/// Everything in memory belongs to the Silver version that the last commit made; a commit that the fence refuses throws the whole job away. A position of -1 that is written in Silver
/// (by a repair from the start, or by a RESTORE to before the job's first commit) asks for a comparison with the whole of Bronze; so does a log that was cleaned beyond the position.
/// </remarks>
public sealed class SilverJob : ITableJob
{
    public const string Id = "02_transform_silver_binance";

    /// <summary>The default of <c>silver.rebuild-rows-max</c>.</summary>
    public const int RebuildRowsMax = 300_000;

    private readonly LakeTables _lake;
    private readonly BronzeJudge _judge;
    private readonly SilverWriter _silver;
    private readonly JobLetters _letters;
    private readonly string _runId;
    private readonly int _rebuildRowsMax;
    private readonly bool _mustRebuild;

    private SilverJob(LakeTables lake, BronzeJudge judge, SilverWriter silver, JobLetters letters, string runId, int rebuildRowsMax)
    {
        _lake = lake;
        _judge = judge;
        _silver = silver;
        _letters = letters;
        _runId = runId;
        _rebuildRowsMax = rebuildRowsMax;
        _mustRebuild = silver.Base.TransactionVersion(Id) == SilverRepair.FromStart;
    }

    public long Position => _mustRebuild ? -1 : _silver.Base.TransactionVersion(Id) ?? -1;

    public long OutputVersion => _silver.Base.Version;

    /// <inheritdoc cref="StartAsync(LakeTables, BronzeJudge, string, JobStart, int, CancellationToken)"/>
    public static Task<ITableJob> StartAsync(LakeTables lake, BronzeJudge judge, string runId, CancellationToken ct) =>
        StartAsync(lake, judge, runId, JobStart.Position, RebuildRowsMax, ct);

    /// <summary>Adds the columns that the configuration names and the table lacks, reads the positions, and merges the replayed letters, which a RESTORE may have taken out.</summary>
    public static async Task<ITableJob> StartAsync(LakeTables lake, BronzeJudge judge, string runId, JobStart start, int rebuildRowsMax, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(lake);
        ArgumentNullException.ThrowIfNull(judge);
        if (start == JobStart.Beginning)
        {
            await SilverRepair.RequestFromStartAsync(lake.Silver, ct).ConfigureAwait(false);
        }

        JobLetters letters = await JobLetters.LoadAsync(lake.DeadLetters, Id, ct).ConfigureAwait(false);
        Snapshot snapshot = await SilverColumns.EnsureAsync(lake.Silver, judge.Schema, ct).ConfigureAwait(false);
        BronzeJudge filling = judge.Filling(SilverChartsTable.ExtrasOf(snapshot));
        var silver = new SilverWriter(lake.Silver, snapshot);
        var job = new SilverJob(lake, filling, silver, letters, runId, rebuildRowsMax);
        if (!job._mustRebuild)
        {
            await new ReplayedLetters(lake, filling).MergeAgainAsync(silver, ct).ConfigureAwait(false);
        }

        return job;
    }

    public async Task<StepOutcome> StepAsync(TailStep step, CancellationToken ct)
    {
        if (_mustRebuild)
        {
            return await RebuildAsync(exact: true, ct).ConfigureAwait(false);
        }

        if (step is TailStep.FellBehind)
        {
            return await RebuildAsync(exact: false, ct).ConfigureAwait(false);
        }

        if (step is not TailStep.Versions versions)
        {
            throw new CorruptTableException(
                $"{Id} stands at version {Position} of {BronzeChartsTable.Name}, but its log says {step}: the table was replaced by another. Put the right one back; or, if this is the right one, "
                + $"repair {Id} from the start: then rows of {SilverChartsTable.Name} that {BronzeChartsTable.Name} does not have are deleted.");
        }

        if (!versions.IsAppendOnly)
        {
            return _lake.Bronze.Table.Snapshot.TransactionVersion(IngestPositions.LossAccepted) >= Position
                ? await RebuildAsync(exact: true, ct).ConfigureAwait(false)
                : throw new CorruptTableException(
                    $"{BronzeChartsTable.Name} is append-only, but a commit in ({versions.FromExclusive}, {versions.ToInclusive}] removed rows; see DESCRIBE HISTORY {BronzeChartsTable.Name}. "
                    + $"If that is meant, repair {Id} from the start.");
        }

        try
        {
            return await TakeAllAsync(versions, ct).ConfigureAwait(false);
        }
        catch (MissingFileException)
        {
            // Compacted and vacuumed while the job was paused: the rows are in newer files.
            return await RebuildAsync(exact: false, ct).ConfigureAwait(false);
        }
    }

    private async Task<StepOutcome> TakeAllAsync(TailStep.Versions versions, CancellationToken ct)
    {
        long lettersAt = _letters.Position;
        if (lettersAt > versions.FromExclusive && lettersAt < versions.ToInclusive)
        {
            // A crash fell between the two commits: what the dead letters took in already is a batch of its own.
            var first = versions with { ToInclusive = lettersAt, Appended = [.. versions.Appended.Where(f => f.Version <= lettersAt)] };
            StepOutcome before = await TakeAsync(first, judgedBefore: true, ct).ConfigureAwait(false);
            if (before is not StepOutcome.Advanced advanced)
            {
                return before;
            }

            TailStep.Versions after = versions with { FromExclusive = lettersAt, Appended = [.. versions.Appended.Where(f => f.Version > lettersAt)] };
            StepOutcome rest = await TakeAsync(after, judgedBefore: false, ct).ConfigureAwait(false);
            return rest.Match<StepOutcome>(too => new StepOutcome.Advanced(advanced.Report.Plus(too.Report)), again => again with { Committed = advanced.Report });
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

        // The dead letters' position only matters for batches that have some.
        if (judgement.Letters.Count > 0 && await _letters.CommitAsync(judgement.Letters, Math.Max(versions.ToInclusive, _letters.Position), ct).ConfigureAwait(false) is { } lettersRefused)
        {
            return new StepOutcome.StartAgain(lettersRefused);
        }

        (CommitOutcome outcome, SilverPlan plan) = await _silver.MergeAsync(judgement.Candidates, [new AppTransaction(Id, versions.ToInclusive)], ct).ConfigureAwait(false);
        return outcome.Match<StepOutcome>(
            committed => Advanced(committed.Version, versions.ToInclusive, entries.Count, judgement, plan),
            nothing => Advanced(nothing.Version, versions.ToInclusive, entries.Count, judgement, plan),
            superseded => new StepOutcome.StartAgain(superseded.Why),
            conflict => new StepOutcome.StartAgain(conflict.Why));
    }

    /// <summary>The dead letters are ahead: a row is quarantined exactly if its letter is there and was not replayed, whatever the rules are now.</summary>
    private async Task<Judgement> JudgeAsBeforeAsync(List<BronzeEntry> entries, CancellationToken ct)
    {
        List<DeadLetter> letters = [.. entries.Select(e => DeadLetter.Of(e, "", "", _runId))];
        IReadOnlyDictionary<string, string> states = await _letters.StatesOfAsync(letters, ct).ConfigureAwait(false);
        int at = 0;
        return _judge.Judge(entries, _runId, (_, _) => states.TryGetValue(letters[at++].DlqId, out string? state) && state != DeadLetter.Replayed ? EarlierVerdict.Refused : EarlierVerdict.Accepted);
    }

    private Task<StepOutcome> RebuildAsync(bool exact, CancellationToken ct) =>
        new SilverRebuild(_lake, _judge, _silver, _letters, _runId, _rebuildRowsMax, exact).RunAsync(ct);

    private static StepOutcome.Advanced Advanced(long version, long position, int rowsIn, Judgement judgement, SilverPlan plan) =>
        new(new StepReport(position, version)
        {
            RowsIn = rowsIn,
            RowsAccepted = plan.Inserts.Count + plan.Replacements.Count,
            RowsSuperseded = plan.Superseded,
            RowsUnchanged = plan.Unchanged,
            RowsQuarantined = judgement.Letters.Count + judgement.RefusedBefore,
            RowsOut = plan.Inserts.Count + plan.Replacements.Count,
            BrokenRules = judgement.BrokenRules,
        });
}
