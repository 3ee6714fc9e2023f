using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Simulation.Tests.Market;
using CryptoInsight.Simulation.Tests.Model;
using CryptoInsight.Simulation.Tests.Stage;
using CryptoInsight.Simulation.Tests.World;

namespace CryptoInsight.Simulation.Tests;

/// <summary>One seed's run of the whole pipeline: a wild part in which everything may happen, then calm, in which everything must come right.</summary>
internal sealed class SimulationRun
{
    private const int CalmStepsMax = 60_000;

    private readonly Random _random;
    private readonly SimulationPlan _plan;
    private readonly Scheduler _stage;
    private readonly Ledger _ledger;
    private readonly SimulatedLake _lake;
    private readonly SimulatedExchange _exchange;
    private readonly Ingestion _ingestion;
    private readonly Maintenance _maintenance;
    private readonly IndexPublisher _index;
    private readonly Dictionary<SignalSettings, SymbolNetwork> _networks = [];
    private readonly List<SimulatedNode> _nodes = [];
    private readonly List<SimulatedProcess> _actions = [];
    private SignalSettings _settings;
    private int _nodesBegun;
    private int _batches;
    private int _edits;

    private SimulationRun(int seed, TextWriter? trace)
    {
        _random = new Random(seed);
        _plan = SimulationPlan.Of(_random);
        var clock = new SimulatedClock(new DateTimeOffset(2025, 6, 1, 12, 0, 0, TimeSpan.Zero));
        _stage = new Scheduler(_random, new Trace(trace), clock);
        _ledger = new Ledger(_stage);
        _lake = new SimulatedLake(_stage, _ledger, _plan);
        _exchange = new SimulatedExchange(_random, clock);
        _ingestion = new Ingestion(new SimulatedProcess("ingestion"), _stage, _lake, _ledger);
        _maintenance = new Maintenance(_stage, _lake, _ledger);
        _index = new IndexPublisher(_stage, _lake, _ledger);
        _settings = SomeSettings();
        _stage.Trace.Add(_plan.ToString());
    }

    /// <summary>Runs a seed on a thread of its own: no synchronization context, and a stack deep enough for inline continuations.</summary>
    /// <param name="trace">Gets every event, or null.</param>
    public static SimulationReport Of(int seed, TextWriter? trace)
    {
        SimulationReport? report = null;
        var thread = new Thread(() => report = new SimulationRun(seed, trace).Run(seed), maxStackSize: 64 << 20);
        thread.Start();
        thread.Join();
        return report!;
    }

    public static SimulationReport Of(int seed) => Of(seed, null);

    /// <summary>As <see cref="Of(int)"/>, in words that cross load contexts.</summary>
    public static string? ViolationOf(int seed) => Of(seed).Violation;

    private SimulationReport Run(int seed)
    {
        string? violation = null;
        try
        {
            Wild();
            Calm();
        }
        catch (SimulationViolation broken)
        {
            violation = broken.InnerException is null ? broken.Message : $"{broken.Message}\n{broken.InnerException}";
        }

        return new SimulationReport(seed, _stage.Steps, _stage.Trace.Events, _stage.Trace.Hash, violation, violation is null ? "" : _stage.Trace.Last(60))
        {
            BronzeVersions = _ledger.BronzeVersion,
            SilverVersions = _ledger.SilverNewest,
            GoldVersions = _ledger.GoldVersion,
        };
    }

    private void Wild()
    {
        _ingestion.Take(_exchange.Backlog());
        BeginNode();
        double batchRate = (double)_plan.BatchesMax / _plan.WildSteps;
        while (_stage.Steps < _plan.WildSteps)
        {
            if (_batches < _plan.BatchesMax && _random.NextDouble() < batchRate * 1.5)
            {
                _batches++;
                _ingestion.Take(_exchange.Batch());
            }

            if (_random.NextDouble() < _plan.EventRate)
            {
                SomethingHappens();
            }

            _stage.Step();
        }
    }

    /// <summary>Faults stop, one node is left: within a bounded number of steps everything is caught up and equal to the naive model.</summary>
    private void Calm()
    {
        _stage.Trace.Add("calm");
        _stage.IsCalm = true;
        _actions.ForEach(_stage.Kill);
        foreach (SimulatedNode node in _nodes.SkipLast(1))
        {
            _stage.Kill(node.Process);
        }

        if (_nodes.Count == 0)
        {
            BeginNode();
        }

        _nodes[^1].IsPaused = false;
        WholeCheck();
        long end = _stage.Steps + CalmStepsMax;
        while (!IsCaughtUp())
        {
            if (_stage.Steps > end || !_stage.Step())
            {
                throw new SimulationViolation(
                    $"nothing gets on any more: Bronze {_ledger.BronzeVersion}, Silver stands at {_ledger.SilverAt(_ledger.SilverNewest).Position} in version {_ledger.SilverNewest}, Gold at {_ledger.GoldAt(_ledger.GoldVersion)}");
            }
        }

        WholeCheck();
    }

    private bool IsCaughtUp() =>
        _ingestion.IsIdle && _ledger.HasEveryTable
        && _ledger.SilverAt(_ledger.SilverNewest).Position == _ledger.BronzeVersion
        && _ledger.GoldAt(_ledger.GoldVersion).Charts == _ledger.SilverNewest
        && _ledger.IsGeneration(_settings, _ledger.GoldAt(_ledger.GoldVersion).Config)
        && _ledger.IsIndexShown;

    private void SomethingHappens()
    {
        switch (_random.Next(20))
        {
            case 0 or 1 or 2 when _nodes.Count > 0: // kill -9, and a successor
                Kill(_nodes[_random.Next(_nodes.Count)]);
                WholeCheck();
                BeginNode();
                break;
            case 3 or 4: // the one before goes on: a zombie
                if (_nodes.Count < 3)
                {
                    if (_nodes.Count > 0 && _random.Next(2) == 0)
                    {
                        Stall(_nodes[^1].Process);
                    }

                    BeginNode();
                }

                break;
            case 5 when _nodes.Count > 1:
                Kill(_nodes[_random.Next(_nodes.Count)]);
                break;
            case 6 when _nodes.Count > 0:
                Stall(_nodes[_random.Next(_nodes.Count)].Process);
                break;
            case 7 or 8 or 19:
                _actions.Add(_maintenance.Optimize());
                break;
            case 9:
                _actions.Add(_random.Next(3) switch { 0 => _maintenance.Vacuum(_random.Next(3) > 0), 1 => _maintenance.CleanLog(_random.Next(3) > 0), _ => _maintenance.Checkpoint() });
                break;
            case 10 when _plan.WithRestores && _ledger.SilverNewest > 2:
                _actions.Add(_maintenance.Restore());
                break;
            case 11 when _plan.WithEdits && _ledger.SilverNewest > 0:
                BeginEdit();
                break;
            case 12 when _plan.WithSettingsChanges && _nodes.Count > 0:
                _settings = SomeSettings();
                Kill(_nodes[_random.Next(_nodes.Count)]);
                BeginNode();
                break;
            case 13:
                NetworkOf(_settings).Disturb();
                break;
            case 14 when _nodes.Count > 0:
                _nodes[^1].IsPaused = !_nodes[^1].IsPaused;
                break;
            case 15 when _random.Next(3) == 0:
                Outage();
                break;
            case 16 or 17 when _plan.WithIndex:
                _index.Publish();
                break;
            case 18 when _nodes.Count > 0 && _random.Next(3) == 0:
                _nodes[^1].RepairFromStart(_random.Next(2) == 0 ? SilverJob.Id : GoldJob.Id);
                break;
        }
    }

    /// <summary>The machine is off for more than the retention: nothing survives it but the tables.</summary>
    private void Outage()
    {
        foreach (SimulatedNode node in _nodes.ToList())
        {
            Kill(node);
        }

        _actions.ForEach(_stage.Kill);
        _actions.Clear();
        _stage.Clock.Advance(TimeSpan.FromHours(_random.Next(1, 60)));
        _stage.Trace.Add("an outage");
        BeginNode();
    }

    private void BeginNode()
    {
        SymbolNetwork network = NetworkOf(_settings);
        _nodes.Add(new SimulatedNode(++_nodesBegun, _stage, _lake, _ledger, _settings, network));
    }

    private SymbolNetwork NetworkOf(SignalSettings settings)
    {
        if (!_networks.TryGetValue(settings, out SymbolNetwork? network))
        {
            _networks[settings] = network = new SymbolNetwork(_stage, _plan, settings, async process => (await _lake.OpenAsync(process)).Silver);
        }

        return network;
    }

    private void Kill(SimulatedNode node)
    {
        _nodes.Remove(node);
        _stage.Kill(node.Process);
    }

    private void Stall(SimulatedProcess process)
    {
        process.StalledUntil = _stage.Steps + _random.Next(100, 1_500);
        _stage.Trace.Add($"{process} sleeps until step {process.StalledUntil}");
    }

    private void BeginEdit()
    {
        List<SilverCandle> rows = [.. _ledger.SilverAt(_ledger.SilverNewest).Rows.Values.OrderBy(r => r.Key.UniqueKey, StringComparer.Ordinal)];
        if (rows.Count > 0)
        {
            SilverCandle row = _random.Next(4) == 0 ? rows.MaxBy(r => r.Candle.OpenTime)! : rows[_random.Next(rows.Count)]; // the newest one holds up the watermark
            UnixMicros to = row.Candle.OpenTime + (_random.Next(0, 6) * (row.Interval.Next(row.Candle.OpenTime) - row.Candle.OpenTime));
            _edits++;
            SilverEdit edit = _random.Next(3) switch
            {
                0 => new SilverEdit.Delete(_edits, row.Key, to),
                1 => new SilverEdit.SetClose(_edits, row.Key, to, Math.Round(row.Candle.Close * 1.01, 4)),
                _ when SimulatedExchange.FreeTimeOn(row.Key, _edits) is { } target => new SilverEdit.Move(_edits, row.Key, target),
                _ => new SilverEdit.Delete(_edits, row.Key, row.Candle.OpenTime),
            };
            _actions.Add(_maintenance.Edit(edit));
        }
    }

    private SignalSettings SomeSettings()
    {
        string[] windows = _random.Next(3) switch { 0 => ["5m"], 1 => ["1m", "5m"], _ => ["1m", "15m"] };
        var windowsOf = new Dictionary<Interval, IReadOnlyList<Interval>> { [Interval.Parse("1m")] = [.. windows.Select(Interval.Parse)] };
        TimeSpan delay = TimeSpan.FromMinutes(_random.Next(4) switch { 0 => 0, 1 => 3, 2 => 10, _ => 60 });
        SignalSettings settings = SignalSettings.Resolve(Interval.All, windowsOf, delay);
        _ledger.Settings.Add(settings);
        return settings;
    }

    private void WholeCheck()
    {
        if (_ledger.HasEveryTable)
        {
            _stage.Trace.Add("whole check");
            new WholeCheck(_lake.Bare, _ledger, _stage.Clock).Run();
        }
    }
}
