using Akka.TestKit.Xunit2;
using CryptoInsight.Delta;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Engine.Symbols;
using CryptoInsight.Engine.Tests.Jobs;
using CryptoInsight.Lake;
using Xunit.Abstractions;

namespace CryptoInsight.Engine.Tests.Symbols;

/// <summary>Drivers and symbol actors, the real ones, in virtual time over a network that does everything a network may do: Gold stays exact, and of two who commit the fence lets one through.</summary>
public sealed class SymbolNetworkSpecs(ITestOutputHelper output) : TestKit(SymbolWire.Config)
{
    /// <summary>What became of one seed.</summary>
    private sealed record Run(string Events, int Refused, int SplitAnswers, int Crashes, int Committed);

    [Theory]
    [InlineData(0)]
    [InlineData(25)]
    [InlineData(50)]
    [InlineData(75)]
    public async Task Gold_is_exact_whatever_the_network_does(int firstSeed)
    {
        List<Run> runs = [];
        for (int seed = firstSeed; seed < firstSeed + 25; seed++)
        {
            runs.Add(await RunAsync(seed));
        }

        output.WriteLine($"25 seeds: {runs.Sum(r => r.Committed)} steps committed, {runs.Sum(r => r.Refused)} refused, {runs.Sum(r => r.Crashes)} drivers left asleep, {runs.Sum(r => r.SplitAnswers)} questions answered by a second actor");
        Assert.True(runs.Sum(r => r.Refused) > 0, "No zombie was refused: the seeds show nothing.");
        Assert.True(runs.Sum(r => r.SplitAnswers) > 0, "No symbol ever lived twice: the seeds show nothing.");
    }

    [Fact]
    public async Task A_seed_repeats_exactly() => Assert.Equal((await RunAsync(7)).Events, (await RunAsync(7)).Events);

    [Fact]
    public async Task Two_drivers_ask_two_actors_of_one_symbol_and_the_second_commit_is_refused()
    {
        GoldLake lake = await GoldLake.CreateAsync();
        await lake.PutAsync(GoldLake.Quarters(Sample.Btc, 0, 40));
        LakeTables one = await lake.OpenAsync(), other = await lake.OpenAsync();

        // Each node has an actor of the symbol: as when the cluster split and both halves go on.
        SymbolWire left = Calm(one, lake), right = Calm(other, lake);
        SymbolWire.Driver first = left.NewDriver("first"), second = right.NewDriver("second");
        ITableJob firstJob = await lake.StartAsync(one, symbols: first.Symbols), secondJob = await lake.StartAsync(other, symbols: second.Symbols);
        await first.BeginAsync(() => StepAsync(firstJob, one));
        await second.BeginAsync(() => StepAsync(secondJob, other));
        await left.CarryAsync(first);
        await right.CarryAsync(second);
        Assert.IsType<StepOutcome.Advanced>(await first.Step);
        Assert.IsType<StepOutcome.StartAgain>(await second.Step);
        Assert.Equal(1, (await lake.Tables.Gold.Table.RefreshAsync()).Version);
        await lake.AssertPureAsync();
    }

    [Fact]
    public async Task A_driver_that_sleeps_with_its_questions_out_wakes_to_a_commit_that_is_refused()
    {
        GoldLake lake = await GoldLake.CreateAsync();
        await lake.PutAsync(GoldLake.Quarters(Sample.Btc, 0, 40));
        LakeTables tables = await lake.OpenAsync(), others = await lake.OpenAsync();
        SymbolWire wire = Calm(tables, lake);
        SymbolWire.Driver zombie = wire.NewDriver("zombie"), heir = wire.NewDriver("heir");
        ITableJob old = await lake.StartAsync(tables, symbols: zombie.Symbols);
        await zombie.BeginAsync(() => StepAsync(old, tables)); // asked, and here its machine stops

        ITableJob young = await lake.StartAsync(others, symbols: heir.Symbols);
        for (int n = 1; n < 4; n++)
        {
            await heir.BeginAsync(() => StepAsync(young, others));
            await wire.CarryAsync(heir, sleeping: zombie);
            Assert.IsType<StepOutcome.Advanced>(await heir.Step);
            await lake.PutAsync(GoldLake.Quarters(Sample.Btc, 40 * n, 40));
        }

        long version = (await lake.Tables.Gold.Table.RefreshAsync()).Version;
        await wire.CarryAsync(zombie); // the answers are still right: for versions that are over
        Assert.IsType<StepOutcome.StartAgain>(await zombie.Step);
        Assert.Equal(version, (await lake.Tables.Gold.Table.RefreshAsync()).Version);
        await lake.CatchUpAsync();
        await lake.AssertPureAsync();
    }

    private SymbolWire Calm(LakeTables tables, GoldLake lake) => new(this, seed: null, new SymbolSources(tables, lake.Settings, NoSnapshots.Instance));

    /// <summary>Five changes of Silver; a driver that crashes is left asleep with its questions out, and its heir goes on from the tables.</summary>
    private async Task<Run> RunAsync(int seed)
    {
        GoldLake lake = await GoldLake.CreateAsync();
        var random = new Random(seed);
        var wire = new SymbolWire(
            this, seed, new SymbolSources(await lake.OpenAsync(), lake.Settings, NoSnapshots.Instance), new SymbolSources(await lake.OpenAsync(), lake.Settings, NoSnapshots.Instance));
        List<SymbolWire.Driver> all = [];
        int crashes = 0;
        for (int n = 0; n < 5; n++)
        {
            int to = (n + 1) * 6;
            await lake.PutAsync(
                [.. GoldLake.Quarters(Sample.Btc, to - 6, 6, seed), .. GoldLake.Quarters(Sample.Eth, to - 6, random.Next(7), seed)],
                n > 2 ? [GoldLake.Quarter(Sample.Btc, random.Next(to - 6), random.Next(50, 90))] : []);
            if (all.Count == 0 || all[^1].Step.IsCompleted || random.Next(2) == 0)
            {
                crashes += all.Exists(d => !d.Step.IsCompleted) ? 1 : 0;
                all.Add(await BeginAsync($"run{seed}/{n}"));
            }

            await wire.CarryAsync(all[^1], random.Next(3) == 0 ? random.Next(1, 12) : int.MaxValue);
        }

        // Whoever still sleeps wakes; then one driver brings Gold to the end.
        foreach (SymbolWire.Driver driver in all)
        {
            await wire.CarryAsync(driver);
        }

        for (int n = 0; (await lake.Tables.Gold.Table.RefreshAsync()).TransactionVersion(GoldJob.ChartsPosition) != lake.Tables.Silver.Table.Snapshot.Version; n++)
        {
            Assert.True(n < 20, "Gold does not come to the end.");
            all.Add(await BeginAsync($"run{seed}/end{n}"));
            await wire.CarryAsync(all[^1]);
        }

        await lake.AssertPureAsync();
        StepOutcome[] outcomes = [.. all.Where(d => d.Step.IsCompletedSuccessfully).Select(d => d.Step.Result)];
        long[] versions = [.. outcomes.OfType<StepOutcome.Advanced>().Select(a => a.Report.OutputVersion)];
        Assert.Equal(versions.Length, versions.Distinct().Count());
        Assert.All(all.Where(d => d.Step.IsFaulted), d => Assert.IsAssignableFrom<TimeoutException>(d.Step.Exception!.InnerException));
        return new Run(string.Join('\n', wire.Events), outcomes.OfType<StepOutcome.StartAgain>().Count(), wire.SplitAnswers, crashes, versions.Length);

        async Task<SymbolWire.Driver> BeginAsync(string runId)
        {
            SymbolWire.Driver driver = wire.NewDriver(runId);
            LakeTables tables = await lake.OpenAsync();
            ITableJob job = await lake.StartAsync(tables, symbols: driver.Symbols);
            await driver.BeginAsync(() => StepAsync(job, tables));
            return driver;
        }
    }

    private static async Task<StepOutcome> StepAsync(ITableJob job, LakeTables tables) =>
        await job.StepAsync(await new TableTail(tables.Silver.Table).ReadAfterAsync(job.Position, TailLimits.Default), default);
}
