using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Cronos;
using CryptoInsight.Engine.Maintenance;
using CryptoInsight.Engine.Options;
using Xunit.Abstractions;

namespace CryptoInsight.Engine.Tests.Maintenance;

/// <summary>Months of small commits cost nothing to query. A build runs a slice; CRYPTOINSIGHT_UPKEEP_HOURS and CRYPTOINSIGHT_UPKEEP_SYMBOLS run the whole.</summary>
public sealed class LongDaySpecs(ITestOutputHelper output)
{
    private static readonly double s_hours = double.Parse(Environment.GetEnvironmentVariable("CRYPTOINSIGHT_UPKEEP_HOURS") ?? "0.25", CultureInfo.InvariantCulture);
    private static readonly int s_symbols = int.Parse(Environment.GetEnvironmentVariable("CRYPTOINSIGHT_UPKEEP_SYMBOLS") ?? "50", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Commits_every_second_leave_few_files_never_fail_and_every_version_on_the_way_can_be_read_by_others()
    {
        string folder = Directory.CreateTempSubdirectory("long-day-").FullName;
        try
        {
            MaintenanceOptions shipped = EngineOptions.FromConfig(ShippedConfig.Reference).Maintenance;
            bool isSlice = s_hours < 2;

            // To rest means nothing here: the clock would wait for it. What resting is good for is measured by the benchmark `upkeep`.
            MaintenanceOptions options = shipped with
            {
                DutyPercent = 100,
                ClosedAfter = isSlice ? TimeSpan.FromMinutes(2) : shipped.ClosedAfter,
                QuietAfter = isSlice ? TimeSpan.FromMinutes(1) : shipped.QuietAfter,
                Tables = shipped.Tables.ToDictionary(t => t.Key, t => isSlice ? t.Value with { CompactAt = CronExpression.EveryMinute } : t.Value),
            };
            int seconds = (int)(s_hours * 3_600);

            // The day ends in the middle, so that one partition is closed on the way. The files' own times are real: the virtual day lies ahead of them.
            DateTimeOffset start = new DateTimeOffset(TimeProvider.System.GetUtcNow().UtcDateTime.Date.AddDays(2), TimeSpan.Zero).AddSeconds(-seconds / 2);
            var day = new LongDay(folder, start, s_symbols, options);
            await day.BeginAsync();
            int sampleEvery = Math.Max(1, seconds / (isSlice ? 3 : 24));
            for (int done = 0; done < seconds; done += sampleEvery)
            {
                await day.RunAsync(Math.Min(sampleEvery, seconds - done));
                Tell(day, isSlice);
            }

            await day.EndAsync();
            int large = (int)(day.BytesAppended / (options.Tables["bronze_charts"].FileBytesTarget / 2)) + 1;

            // Four size classes below their limit, what comes while one piece cleans and while the next one merges, and the large files.
            Assert.InRange(day.FilesPerPartitionMax, 16, (4 * 16) + (2 * 60) + large);
            Assert.InRange(day.ClosedFiles, 1, large + 1);
            Assert.True(isSlice || day.Pieces.Exists(p => p.Spec.Kind == UpkeepKind.Cluster));
            Assert.Equal(day.Rows, day.Samples[^1].Rows);
            Verify(day);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private void Tell(LongDay day, bool isSlice)
    {
        (TimeSpan[] alone, TimeSpan[] beside) = day.Appends;
        string text = string.Create(CultureInfo.InvariantCulture, $"""
            {s_symbols} symbols: {day.Commits} commits, {day.Rows:N0} rows, {day.BytesAppended >> 20} MiB appended, {day.BytesRewritten >> 20} MiB rewritten ({(double)day.BytesRewritten / day.BytesAppended:0.00} times)
            pieces {day.Pieces.Count} ({string.Join(", ", day.Pieces.GroupBy(p => p.Spec.Kind).Select(g => $"{g.Key} {g.Count()}"))}); files at most {day.FilesMax}, in one partition {day.FilesPerPartitionMax}
            append alone p50 {At(alone, 0.5)} p99 {At(alone, 0.99)} max {At(alone, 1)} ms; beside maintenance p50 {At(beside, 0.5)} p99 {At(beside, 0.99)} max {At(beside, 1)} ms
            """);
        output.WriteLine(text);
        if (!isSlice)
        {
            Console.Error.WriteLine(text); // hours pass before a test's output is shown
        }
    }

    private void Verify(LongDay day)
    {
        string? tool = SharedData.Folder is { } root && File.Exists(Path.Combine(root, "tools", "verify-delta")) ? Path.Combine(root, "tools", "verify-delta") : null;
        foreach ((long version, long rows) in tool is null ? [] : day.Samples)
        {
            // Two engines compare all rows where these are few; else one of them counts.
            string[] how = rows <= 50_000 ? ["--lint"] : ["--no-duckdb", "--no-chdb"];
            using Process reader = Process.Start(new ProcessStartInfo("bash", [tool!, day.TableFolder, "--version", version.ToString(CultureInfo.InvariantCulture), .. how, "--sql", "SELECT count() AS n, uniqExact(event_time) * uniqExact(symbol) AS k FROM {t}"])
            {
                RedirectStandardOutput = true,
            })!;
            string told = reader.StandardOutput.ReadToEnd();
            reader.WaitForExit();
            JsonElement counted = JsonDocument.Parse(told).RootElement.GetProperty("sql")[0];
            Assert.Equal((rows, rows), (Number(counted, "n"), Number(counted, "k")));
            Assert.True(reader.ExitCode == 0 || how.Length > 1, told);
            output.WriteLine($"version {version}: {rows} rows, read by others");
        }
    }

    private static long Number(JsonElement row, string name) => row.GetProperty(name) is { ValueKind: JsonValueKind.String } text ? long.Parse(text.GetString()!, CultureInfo.InvariantCulture) : row.GetProperty(name).GetInt64();

    private static string At(TimeSpan[] sorted, double share) => sorted.Length == 0 ? "-" : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))].TotalMilliseconds.ToString("0.00", CultureInfo.InvariantCulture);
}
