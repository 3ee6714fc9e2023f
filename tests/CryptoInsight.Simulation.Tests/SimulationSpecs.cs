using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace CryptoInsight.Simulation.Tests;

/// <summary>The whole pipeline on one thread, driven by one seed: clock, exchange, messages, storage faults, crashes and zombies.</summary>
/// <remarks><c>SEED=n</c> repeats a run, <c>CRYPTOINSIGHT_SEEDS=10000</c> runs that many, <c>CRYPTOINSIGHT_SEED_SECONDS</c> sets the time of the slice (60),
/// <c>CRYPTOINSIGHT_TRACE=file</c> with <c>SEED=n</c> writes every event of the run.</remarks>
[Collection(nameof(Simulation))]
public sealed class SimulationSpecs(ITestOutputHelper output)
{
    /// <summary>However slow the machine is, so many are run.</summary>
    internal const int SeedsLeast = 60;

    [Fact]
    public void One_seed_repeats_exactly()
    {
        int seed = Setting("SEED") ?? 7;
        using TextWriter? trace = Environment.GetEnvironmentVariable("CRYPTOINSIGHT_TRACE") is { Length: > 0 } path ? new StreamWriter(path) : null;
        SimulationReport first = SimulationRun.Of(seed, trace), second = SimulationRun.Of(seed);
        output.WriteLine($"{first}");
        Assert.True(first.Violation is null, first.Explain());
        Assert.Equal(first, second);
    }

    [Fact]
    public void Every_seed_of_the_slice_keeps_every_promise()
    {
        int? campaign = Setting("CRYPTOINSIGHT_SEEDS");
        var slice = TimeSpan.FromSeconds(Setting("CRYPTOINSIGHT_SEED_SECONDS") ?? 0);
        var watch = Stopwatch.StartNew();
        IReadOnlyList<SimulationReport> reports = SeedCampaign.Run(
            Setting("SEED") ?? 1, begun => campaign is { } most ? begun >= most : begun >= SeedsLeast && watch.Elapsed > slice, SimulationRun.Of, report => report.Violation is not null);
        output.WriteLine($"{reports.Count} seeds, {reports.Sum(r => r.Steps)} steps in {watch.Elapsed}");
        output.WriteLine(string.Join(Environment.NewLine, reports.Select(r => r with { LastEvents = "" })));
        SimulationReport? broken = reports.FirstOrDefault(r => r.Violation is not null);
        Assert.True(broken is null, broken?.Explain());
        Assert.True(reports.Count >= (campaign ?? SeedsLeast), $"only {reports.Count} seeds ran");
    }

    private static int? Setting(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int given) ? given : null;
}

/// <summary>Every test here uses all cores: one after another.</summary>
[CollectionDefinition(nameof(Simulation), DisableParallelization = true)]
public sealed class Simulation;
