using System.Diagnostics;
using Xunit.Abstractions;

namespace CryptoInsight.Simulation.Tests.Mutation;

/// <summary>The simulation is tested too: a bug planted in the product's own sources is found by it within the seeds that CI runs.</summary>
[Collection(nameof(Simulation))]
public sealed class MutantSpecs(ITestOutputHelper output)
{
    private const int SeedsMax = 50;

    public static TheoryData<string> Names => [.. Mutants.All.Select(m => m.Name)];

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
            IReadOnlyList<string?> found = SeedCampaign.Run(1, begun => begun >= SeedsMax, run, violation => violation is not null);
            context.Unload();
            string? first = found.FirstOrDefault(v => v is not null);
            output.WriteLine($"{name}: compiled in {compiled.TotalSeconds:f1} s, {found.Count} seeds in {(watch.Elapsed - compiled).TotalSeconds:f1} s: {first?.Split('\n')[0]}");
            Assert.True(first is not null, $"{name}: {SeedsMax} seeds found nothing.");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
