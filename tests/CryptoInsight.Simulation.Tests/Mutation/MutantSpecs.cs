using System.Diagnostics;
using Xunit.Abstractions;

namespace CryptoInsight.Simulation.Tests.Mutation;

/// <summary>The simulation is tested too: a bug planted in the product's own sources is found by it within the seeds that CI runs (60 at least).</summary>
/// <remarks>CI looks for some of them; <c>CRYPTOINSIGHT_MUTANTS=all</c> for every one.</remarks>
[Collection(nameof(Simulation))]
public sealed class MutantSpecs(ITestOutputHelper output)
{
    public static TheoryData<string> Names => [.. Mutants.All.Where(m => m.IsInSlice || Environment.GetEnvironmentVariable("CRYPTOINSIGHT_MUTANTS") == "all").Select(m => m.Name)];

    [Fact]
    public void Every_bug_can_still_be_planted()
    {
        Assert.All(Mutants.All, m => Assert.NotEmpty(MutantCompiler.ChangedFiles(m)));
        Assert.Equal(Mutants.All.Count, Mutants.All.Select(m => m.Name).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_planted_bug_is_found(string name)
    {
        Mutant mutant = Mutants.All.Single(m => m.Name == name);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("cryptoinsight-mutant-");
        try
        {
            var watch = Stopwatch.StartNew();
            var context = new MutantContext(MutantCompiler.Compile(mutant, folder.FullName));
            TimeSpan compiled = watch.Elapsed;
            Func<int, string?> run = context.Runner();
            string? Look(int seed) => run(seed) is { } violation ? $"seed {seed}: {violation}" : null;

            // All seeds, beginning with one that is known to find it.
            IReadOnlyList<string?> found = SeedCampaign.Run(mutant.FoundBy, begun => begun >= SimulationSpecs.SeedsLeast, seed => Look(((seed - 1) % SimulationSpecs.SeedsLeast) + 1), violation => violation is not null);
            context.Unload();
            string? first = found.FirstOrDefault(v => v is not null);
            output.WriteLine($"{name}: compiled in {compiled.TotalSeconds:f1} s, {found.Count} seeds in {(watch.Elapsed - compiled).TotalSeconds:f1} s: {first?.Split('\n')[0]}");
            Assert.True(first is not null, $"{name}: {SimulationSpecs.SeedsLeast} seeds found nothing.");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
