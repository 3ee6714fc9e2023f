using Xunit.Abstractions;

namespace CryptoInsight.Delta.Tests.Campaigns;

/// <summary>Appenders, mergers, OPTIMIZE, VACUUM, checkpoints, cleanup, a long reader and a follower on one table, held at every call that they make of the store: 10,000 histories.</summary>
/// <remarks>A build runs a slice. <c>CRYPTOINSIGHT_SEEDS=10000 dotnet test --filter InterleavingCampaign.In_every</c> runs all, <c>CRYPTOINSIGHT_SEEDS=2001-4000</c> a range; <c>SEED=n</c> repeats one.</remarks>
public sealed class InterleavingCampaign(ITestOutputHelper output)
{
    private const int All = 10_000;

    // The last seed of which all before it have passed; a longer run that passes may raise it.
    private const int Known = 2_000;
    private const int FailuresMax = 5;
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(40);

    [Fact]
    public void In_every_interleaving_no_row_is_lost_or_doubled_and_every_reader_gets_its_version()
    {
        StageCounts counts = new();
        List<string> failures = [];
        int seeds = 0, steps = 0, crashes = 0;
        foreach (int seed in CampaignSeeds.Of(All, Known, Slice))
        {
            (StageWorld world, Exception? failure) = InterleavingRun.Run(seed);
            if (failure is not null)
            {
                failures.Add(InterleavingRun.Describe(world, failure));
                if (failures.Count == FailuresMax)
                {
                    break;
                }

                continue;
            }

            counts.Add(world.Counts);
            seeds++;
            steps += world.Scheduler.Step;
            crashes += world.Scheduler.Crashes;
        }

        output.WriteLine($"{seeds} seeds passed, {failures.Count} failed, {steps} steps, {crashes} crashes; {counts}");
        Assert.True(failures.Count == 0, string.Join("\n\n", failures));
    }

    [Theory]
    [InlineData(7)]
    [InlineData(19)]
    [InlineData(48)]
    public void The_same_seed_is_the_same_history(int seed)
    {
        List<string> first = InterleavingRun.Run(seed).World.Scheduler.Trace;
        Assert.NotEmpty(first);
        Assert.Equal(first, InterleavingRun.Run(seed).World.Scheduler.Trace);
        Assert.NotEqual(first, InterleavingRun.Run(seed + 1).World.Scheduler.Trace);
    }

    [Theory]
    [InlineData(PlantedBug.MergerChecksNothing, "removes a file that is not live")]
    [InlineData(PlantedBug.OptimizeDropsDeletions, "removes a file that is not live")]
    [InlineData(PlantedBug.VacuumIgnoresRetention, "which is not there")]
    [InlineData(PlantedBug.VacuumIgnoresReaders, "which is not there")]
    [InlineData(PlantedBug.CleanupIgnoresFollowers, "FellBehind")]
    [InlineData(PlantedBug.PutIsNotExclusive, "landed, but the newest was")]
    [InlineData(PlantedBug.BlindRetry, "landed twice")]
    internal void A_planted_bug_is_found_by_its_own_symptom(PlantedBug bug, string symptom)
    {
        for (int seed = 1; seed <= 300; seed++)
        {
            (StageWorld world, Exception? failure) = InterleavingRun.Run(seed, bug);
            if (failure is not null)
            {
                Assert.Contains(symptom, failure.Message, StringComparison.Ordinal);
                output.WriteLine($"{bug}: found by seed {seed} after {world.Scheduler.Step} steps and {world.Scheduler.Crashes} crashes: {failure.Message}");
                return;
            }
        }

        Assert.Fail($"{bug} was not found by 300 seeds.");
    }
}
