using CryptoInsight.Delta;
using CryptoInsight.Domain.Quality;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Lake;
using CryptoInsight.Simulation.Tests.Model;
using CryptoInsight.Simulation.Tests.Stage;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Simulation.Tests.World;

/// <summary>One incarnation of the node: both jobs, started from the tables again after whatever happens to them, until it dies.</summary>
internal sealed class SimulatedNode
{
    private readonly Scheduler _stage;
    private readonly SimulatedLake _lake;
    private readonly Ledger _ledger;
    private readonly string _runId;
    private readonly SignalSettings _settings;
    private readonly SimulatedSymbols _symbols;

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
        _ = GuardAsync("Silver", RunAsync(SilverJob.Id, t => t.Bronze.Table, StartSilverAsync, silverLimits));
        _ = GuardAsync("Gold", RunAsync(GoldJob.Id, t => t.Silver.Table, StartGoldAsync, goldLimits));
    }

    public SimulatedProcess Process { get; }

    /// <summary>No more work of its own while it is paused: an operator's <c>jobs pause</c>.</summary>
    public bool IsPaused { get; set; }

    private Task<ITableJob> StartSilverAsync(LakeTables lake) =>
        SilverJob.StartAsync(lake, new BronzeJudge(KlineWireSchema.Binance, ExpectationSet.Default), _runId, CancellationToken.None);

    private Task<ITableJob> StartGoldAsync(LakeTables lake) => GoldJob.StartAsync(lake, _settings, _symbols, _stage.Clock, JobStart.Position, CancellationToken.None);

    private async Task RunAsync(string id, Func<LakeTables, DeltaTable> source, Func<LakeTables, Task<ITableJob>> start, TailLimits limits)
    {
        LakeTables? lake = null;
        int fruitless = 0;
        while (true)
        {
            try
            {
                lake ??= await _lake.OpenAsync(Process);
                ITableJob job = await start(lake);
                _stage.Trace.Add($"{Process}: {id} starts at {job.Position}");
                StepOutcome.StartAgain ended = await FollowAsync(id, job, source(lake), limits, () => fruitless = 0);
                _stage.Trace.Add($"{Process}: {id} starts again: {ended.Why}");
                if (ended.Committed is null && ++fruitless > 1)
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

    /// <summary>As the job's stream does it: the next step is read when the one before is taken; a step that is no versions ends the sequence.</summary>
    private async Task<StepOutcome.StartAgain> FollowAsync(string id, ITableJob job, DeltaTable source, TailLimits limits, Action onStep)
    {
        var tail = new TableTail(source);
        long position = job.Position;
        while (true)
        {
            TailStep step = IsPaused ? new TailStep.CaughtUp(position) : await tail.ReadAfterAsync(position, limits);
            if (step is TailStep.CaughtUp)
            {
                await _stage.PauseAsync(Process, $"{id} idle at {position}");
                continue;
            }

            StepOutcome outcome = await job.StepAsync(step, CancellationToken.None);
            if (outcome is StepOutcome.StartAgain again)
            {
                return again;
            }

            StepReport report = ((StepOutcome.Advanced)outcome).Report;
            _stage.Trace.Add($"{Process}: {id} advanced to {report.InputVersion}: {report}");
            CheckCounts(id, step, report);
            onStep();
            position = report.InputVersion;
        }
    }

    private void CheckCounts(string id, TailStep step, StepReport report)
    {
        if (id == SilverJob.Id && step is TailStep.Versions versions)
        {
            long verdicts = report.RowsAccepted + report.RowsSuperseded + report.RowsUnchanged + report.RowsQuarantined;
            if (report.RowsIn != verdicts)
            {
                _stage.Fail($"INV-1: {report.RowsIn} rows in, {verdicts} verdicts: {report}");
            }

            if (report.InputVersion == versions.ToInclusive && report.RowsIn > _ledger.BronzeRowsIn(versions.FromExclusive, versions.ToInclusive))
            {
                _stage.Fail($"INV-1: {report.RowsIn} rows in, but Bronze has {_ledger.BronzeRowsIn(versions.FromExclusive, versions.ToInclusive)} in ({versions.FromExclusive}, {versions.ToInclusive}]");
            }
        }
    }

    private async Task GuardAsync(string job, Task running)
    {
        try
        {
            await running;
        }
        catch (Exception e)
        {
            _stage.Fail($"{Process}: {job} FAILED for good: {e.GetType().Name}: {e.Message}", e);
        }
    }
}
