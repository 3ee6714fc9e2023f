using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace CryptoInsight.Simulation.Tests;

/// <summary>The whole pipeline on one thread, driven by one seed: clock, exchange, messages, storage faults, crashes and zombies.</summary>
public sealed class SimulationSpecs(ITestOutputHelper output)
{
    private const int FirstSeed = 1;
    private const int SeedsLeast = 50;
    private static readonly TimeSpan s_slice = TimeSpan.FromSeconds(60);

    [Fact]
    public void One_seed_repeats_exactly()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("SEED"), CultureInfo.InvariantCulture, out int given) ? given : 7;
        SimulationReport first = SimulationRun.Of(seed), second = SimulationRun.Of(seed);
        output.WriteLine($"{first}");
        Assert.True(first.Violation is null, first.Explain());
        Assert.Equal(first, second);
    }

    [Fact]
    public void Every_seed_of_the_slice_keeps_every_promise()
    {
        int seedsMax = int.TryParse(Environment.GetEnvironmentVariable("CRYPTOINSIGHT_SEEDS"), CultureInfo.InvariantCulture, out int given) ? given : int.MaxValue;
        bool isCampaign = seedsMax != int.MaxValue;
        int from = int.TryParse(Environment.GetEnvironmentVariable("SEED"), CultureInfo.InvariantCulture, out int first) ? first : FirstSeed;
        var watch = Stopwatch.StartNew();
        int done = 0;
        long steps = 0;
        SimulationReport? broken = null;
        void Work()
        {
            while (broken is null)
            {
                int n = Interlocked.Increment(ref done) - 1;
                if (n >= seedsMax || (!isCampaign && n >= SeedsLeast && watch.Elapsed > s_slice))
                {
                    Interlocked.Decrement(ref done);
                    return;
                }

                SimulationReport report = SimulationRun.Of(from + n);
                Interlocked.Add(ref steps, report.Steps);
                if (isCampaign)
                {
                    Console.WriteLine($"{report with { LastEvents = "" }}");
                }

                if (report.Violation is not null)
                {
                    broken = report;
                }
            }
        }

        Thread[] workers = [.. Enumerable.Range(0, Math.Clamp(Environment.ProcessorCount, 1, 8)).Select(_ => new Thread(Work))];
        Array.ForEach(workers, w => w.Start());
        Array.ForEach(workers, w => w.Join());
        output.WriteLine($"{done} seeds, {steps} steps in {watch.Elapsed}");
        Assert.True(broken is null, broken?.Explain());
        Assert.True(done >= Math.Min(SeedsLeast, seedsMax), $"{done} seeds");
    }
}
