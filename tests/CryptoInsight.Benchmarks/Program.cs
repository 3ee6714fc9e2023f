using System.CommandLine;
using CryptoInsight.Benchmarks.Data;
using CryptoInsight.Benchmarks.Measuring;
using CryptoInsight.Benchmarks.Races;

namespace CryptoInsight.Benchmarks;

/// <summary>Measures what the design promises, each against a named opponent in the same process run; prints rows of a Markdown table.</summary>
internal static class Program
{
    private static readonly IBenchmark[] s_benchmarks =
    [
        new CommitRace(), new FlatnessRun(), new OpenRun(), new ScanRace(points: false), new ScanRace(points: true), new OptimizeRace(),
        new UpkeepRun(), new ReplayRace(), new GoldRace(), new LatencyRun(), new RestartRun(), new MemoryRun(), new NeighbourRun(),
    ];

    private static async Task<int> Main(string[] args)
    {
        var quick = new Option<bool>("--quick") { Description = "Fewer rounds and smaller tables: shows that it runs, not how fast it is", Recursive = true };
        var json = new Option<string?>("--json") { Description = "Write all results to this file as JSON", Recursive = true };
        var folder = new Option<string?>("--folder") { Description = "Where the tables are made and removed (default: the system's temporary folder)", Recursive = true };
        var root = new RootCommand("Benchmarks of CryptoInsight") { quick, json, folder };
        foreach (IBenchmark benchmark in s_benchmarks)
        {
            var one = new Command(benchmark.Name, benchmark.Summary);
            one.SetAction(parsed => RunAsync([benchmark], parsed.GetValue(quick), parsed.GetValue(json), parsed.GetValue(folder)));
            root.Add(one);
        }

        var all = new Command("all", "Every benchmark; prints the whole table");
        all.SetAction(parsed => RunAsync(s_benchmarks, parsed.GetValue(quick), parsed.GetValue(json), parsed.GetValue(folder)));
        root.Add(all);
        return await root.Parse(args).InvokeAsync().ConfigureAwait(false);
    }

    private static async Task<int> RunAsync(IReadOnlyList<IBenchmark> benchmarks, bool quick, string? json, string? folder)
    {
        var report = new Report(Console.Out, Console.Error);
        report.Begin();
        foreach (IBenchmark benchmark in benchmarks)
        {
            using WorkFolder work = new(folder);
            try
            {
                await benchmark.RunAsync(new BenchmarkContext(quick, report, work)).ConfigureAwait(false);
            }
            catch (BenchmarkSkippedException skipped)
            {
                report.Say($"{benchmark.Name} was skipped: {skipped.Message}");
            }
        }

        if (json is not null)
        {
            report.WriteJson(json);
        }

        return 0;
    }
}
