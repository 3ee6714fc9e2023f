using System.Globalization;
using CryptoInsight.Benchmarks.Data;
using CryptoInsight.Benchmarks.Measuring;
using CryptoInsight.Benchmarks.Opponents;
using CryptoInsight.Delta;
using CryptoInsight.Engine;
using CryptoInsight.Engine.Flows;
using CryptoInsight.Engine.Options;
using CryptoInsight.Lake;
using CryptoInsight.Sources.Files;

namespace CryptoInsight.Benchmarks.Races;

/// <summary>Recorded files through Bronze, Silver and Gold, durable, as <c>replay</c> does it, against the same three tables by DuckDB.</summary>
internal sealed class ReplayRace : IBenchmark
{
    private const long FiveMinutes = 300_000_000;
    private const long FourHours = 14_400_000_000;

    public string Name => "replay";

    public string Summary => "recorded klines to durable Bronze, Silver and Gold, against DuckDB by SQL";

    public async Task RunAsync(BenchmarkContext context)
    {
        IReadOnlyList<string> minutes = [.. MarketFiles.Minutes.Take(context.Size(8, 2))];
        IReadOnlyList<string> hours = [.. MarketFiles.FourHours.Take(context.Size(3, 1))];
        await RaceAsync(context, minutes, "1m files, 56 days", Csv(minutes), FiveMinutes).ConfigureAwait(false);
        await RaceAsync(context, hours, "4h files, about 1,950 days", Json(hours), FourHours).ConfigureAwait(false);
    }

    private async Task RaceAsync(BenchmarkContext context, IReadOnlyList<string> files, string what, string raw, long bucketMicros)
    {
        long rows = 0;
        Samples[] samples = [new(), new(), new()];
        for (int round = 0; round < context.Size(4, 2); round++)
        {
            TimeSpan ours = await Race.TimeAsync(async _ => rows = await ReplayAsync(context.Folder.Fresh("lake"), files).ConfigureAwait(false)).ConfigureAwait(false);
            TimeSpan columns = await Race.TimeAsync(_ => Duck(context, raw, bucketMicros, parsesJson: false)).ConfigureAwait(false);
            TimeSpan json = await Race.TimeAsync(_ => Duck(context, raw, bucketMicros, parsesJson: true)).ConfigureAwait(false);
            if (round > 0)
            {
                samples[0].Add(ours);
                samples[1].Add(columns);
                samples[2].Add(json);
            }
        }

        double PerSecond(Samples s) => rows / s.Median * 1_000;
        string shown = string.Create(CultureInfo.InvariantCulture, $"{rows:N0} rows, {what}");
        context.Report.Add(new Measurement(Name, shown, PerSecond(samples[0]), "rows/s") { Theirs = PerSecond(samples[2]), Opponent = "DuckDB, Silver from Bronze's JSON", MoreIsBetter = true, RatioGoal = 1.5 });
        context.Report.Add(new Measurement(Name, shown, PerSecond(samples[0]), "rows/s") { Theirs = PerSecond(samples[1]), Opponent = "DuckDB, Silver from typed columns", MoreIsBetter = true });
    }

    /// <summary>What the command <c>replay</c> does after its settings are read.</summary>
    private static async Task<long> ReplayAsync(string folder, IReadOnlyList<string> files)
    {
        var options = new KlineFileOptions();
        ReplayFile[] admitted =
        [
            .. files.Select(path => new ReplayFile(path, KlineFile.Inspect(path, options).Match(r => r.Facts, no => throw new InvalidDataException(no.Message)), options, "benchmark")),
        ];
        LakeTables lake = await LakeTables.OpenOrCreateAsync(LakeLocation.Local(folder), new DeltaTableOptions()).ConfigureAwait(false);
        MedallionPipeline pipeline = await MedallionPipeline.StartAsync(lake, EngineOptions.FromConfig(ShippedConfig.Reference), TimeProvider.System, "benchmark").ConfigureAwait(false);
        await using (pipeline.ConfigureAwait(false))
        {
            long rows = await pipeline.ReplayAsync(admitted, (_, damage) => throw new InvalidDataException(damage), _ => { }).ConfigureAwait(false);
            await pipeline.CaughtUpAsync(CancellationToken.None).ConfigureAwait(false);
            return rows;
        }
    }

    private static Task Duck(BenchmarkContext context, string raw, long bucketMicros, bool parsesJson)
    {
        (long bronze, long silver, long gold) = new DuckDbMedallion(context.Folder.Fresh("spill")).Run(raw, context.Folder.Fresh("duck"), bucketMicros, parsesJson);
        return bronze == silver && gold > 0 ? Task.CompletedTask : throw new InvalidDataException($"{bronze}, {silver}, {gold} rows");
    }

    private static string Csv(IReadOnlyList<string> files) =>
        $"""
        SELECT regexp_extract(filename, '([A-Z0-9]+)-1m', 1) AS symbol, '1m' AS "interval", CAST(open_time AS BIGINT) AS t, open_time AS e0, open AS e1, high AS e2, low AS e3, close AS e4, volume AS e5,
          close_time AS e6, quote_volume AS e7, count AS e8, taker_buy_volume AS e9, taker_buy_quote_volume AS e10, "ignore" AS e11
        FROM read_csv([{Listed(files)}], header = true, all_varchar = true, filename = true)
        """;

    private static string Json(IReadOnlyList<string> files) =>
        $$"""
        SELECT symbol, '4h' AS "interval", CAST(e[1] AS BIGINT) AS t, e[1] AS e0, e[2] AS e1, e[3] AS e2, e[4] AS e3, e[5] AS e4, e[6] AS e5, e[7] AS e6, e[8] AS e7, e[9] AS e8, e[10] AS e9, e[11] AS e10, e[12] AS e11
        FROM (SELECT regexp_extract(filename, '([A-Z0-9]+)-4h', 1) AS symbol, CAST(json AS VARCHAR[]) AS e FROM read_json([{{Listed(files)}}], format = 'array', records = false, columns = {json: 'JSON'}, filename = true))
        """;

    private static string Listed(IReadOnlyList<string> files) => string.Join(", ", files.Select(f => $"'{f}'"));
}
