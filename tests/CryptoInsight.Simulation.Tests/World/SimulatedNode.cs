using CryptoInsight.Delta;
using CryptoInsight.Domain.Quality;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine.Flows;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Engine.Symbols;
using CryptoInsight.Lake;
using CryptoInsight.Simulation.Tests.Model;
using CryptoInsight.Simulation.Tests.Stage;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Simulation.Tests.World;

/// <summary>One incarnation of the node: both jobs, started from the tables again after whatever happens to them, until it dies.</summary>
/// <remarks>The jobs, what they follow and which faults heal are the product's; only the stream between them (Akka's) is replaced by a loop.</remarks>
internal sealed class SimulatedNode
{
    private readonly Scheduler _stage;
    private readonly SimulatedLake _lake;
    private readonly Ledger _ledger;
    private readonly string _runId;
    private readonly SignalSettings _settings;
    private readonly SimulatedSymbols _symbols;
    private readonly HashSet<string> _fromBeginning = [];

    public SimulatedNode(int number, Scheduler stage, SimulatedLake lake, Ledger ledger, SignalSettings settings, SymbolNetwork network)
    {
        Process = new SimulatedProcess($"node-{number}");
        _stage = stage;
        _lake = lake;
        _ledger = ledger;
        _settings = settings;
        _runId = $"run-{number}";
        _symbols = new SimulatedSymbols(Process, stage, network, _runId);
        var silverLimits = new TailLimits(stage.Random.Next(1, 6), stage.Random.Next(2) == 0 ? 1 : 1 << 20);
        var goldLimits = new TailLimits(stage.Random.Next(1, 8), 1 << 20);
        int rebuildRowsMax = number % 2 == 0 ? GoldJob.RebuildRowsMax : 3; // every other node compares Gold in many commits
        var judge = new BronzeJudge(KlineWireSchema.Binance, ExpectationSet.Default);
        _ = GuardAsync(SilverJob.Id, tables => new JobSpec(
            SilverJob.Id, tables.Bronze.Table, silverLimits, NewBell(), NewBell(), (start, ct) => SilverJob.StartAsync(tables, judge, _runId, start, SilverJob.RebuildRowsMax, ct)) { Output = tables.Silver.Table });
        _ = GuardAsync(GoldJob.Id, tables => new JobSpec(
            GoldJob.Id, tables.Silver.Table, goldLimits, NewBell(), NewBell(), (start, ct) => GoldJob.StartAsync(tables, _settings, _symbols, NoSnapshots.Instance, stage.Clock, start, rebuildRowsMax, ct)) { Output = tables.Gold.Table });
    }

    public SimulatedProcess Process { get; }

    /// <summary>No step is taken while it is paused: an operator's <c>jobs pause</c>.</summary>
    public bool IsPaused { get; set; }

    /// <summary>An operator's <c>jobs repair --from-start</c>: takes effect at the job's next start.</summary>
    public void RepairFromStart(string id) => _fromBeginning.Add(id);

    private CommitBell NewBell() => new(new ProcessClock(Process, _stage), TimeSpan.FromSeconds(1));

    private async Task GuardAsync(string id, Func<LakeTables, JobSpec> specOf)
    {
        try
        {
            await RunAsync(id, specOf);
        }
        catch (Exception e)
        {
            _stage.Fail($"{Process}: {id} FAILED for good: {e.GetType().Name}: {e.Message}", e);
        }
    }

    // What the job's actor does with its stream's end.
    private async Task RunAsync(string id, Func<LakeTables, JobSpec> specOf)
    {
        JobSpec? spec = null;
        int fruitless = 0;
        while (true)
        {
            try
            {
                spec ??= specOf(await _lake.OpenAsync(Process));
                StepOutcome.StartAgain? ended = await StreamAsync(spec, () => fruitless = 0);
                _stage.Trace.Add($"{Process}: {id} starts again: {ended?.Why}");
                fruitless = ended?.Committed is null ? fruitless + 1 : 0;
                if (fruitless > 1)
                {
                    await _stage.PauseAsync(Process, "backoff");
                }
            }
            catch (Exception e) when (JobFault.Of(e, ++fruitless).IsTransient)
            {
                _stage.Trace.Add($"{Process}: {id} failed: {e.GetType().Name}: {e.Message}");
                await _stage.PauseAsync(Process, "backoff");
            }
        }
    }

    private async Task<StepOutcome.StartAgain?> StreamAsync(JobSpec spec, Action onCommit)
    {
        ITableJob job = await spec.Start(_fromBeginning.Remove(spec.Id) ? JobStart.Beginning : JobStart.Position, CancellationToken.None);
        _stage.Trace.Add($"{Process}: {spec.Id} starts at {job.Position}");
        await foreach (JobWork work in TableFollower.FollowAsync(spec, job))
        {
            while (IsPaused)
            {
                await _stage.PauseAsync(Process, $"{spec.Id} is paused");
            }

            StepOutcome outcome = await work.Match(
                step => job.StepAsync(step.Tail, CancellationToken.None),
                foreign => Task.FromResult<StepOutcome>(new StepOutcome.StartAgain($"others changed the job's table in version {foreign.Version}")));
            if (outcome is StepOutcome.StartAgain again)
            {
                return again;
            }

            StepReport report = ((StepOutcome.Advanced)outcome).Report;
            _stage.Trace.Add($"{Process}: {spec.Id} advanced to {report.InputVersion}: {report}");
            CheckCounts(spec.Id, work, report);
            onCommit();
        }

        return null;
    }

    private void CheckCounts(string id, JobWork work, StepReport report)
    {
        if (id == SilverJob.Id && work is JobWork.Step { Tail: TailStep.Versions versions })
        {
            long verdicts = report.RowsAccepted + report.RowsSuperseded + report.RowsUnchanged + report.RowsQuarantined;
            int rows = _ledger.BronzeRowsIn(versions.FromExclusive, versions.ToInclusive);
            if (report.RowsIn != verdicts || report.RowsIn > rows)
            {
                _stage.Fail($"INV-1: Bronze has {rows} rows in ({versions.FromExclusive}, {versions.ToInclusive}], the batch took {report.RowsIn} and gave {verdicts} verdicts: {report}");
            }
        }
    }
}
