using System.Globalization;
using CryptoInsight.Benchmarks.Data;
using CryptoInsight.Benchmarks.Measuring;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Domain.Market;
using CryptoInsight.Engine;
using CryptoInsight.Engine.Flows;
using CryptoInsight.Engine.Options;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Gold;
using CryptoInsight.Sources.Files;

namespace CryptoInsight.Benchmarks.Races;

/// <summary>One closed candle in hand to its Gold row, durable and read back by a reader that shares nothing with the writer.</summary>
/// <remarks>The candle enters as a one-row file, so the path is: parse, Bronze commit, Silver commit, symbol actor, Gold commit, refresh and point read by a second table object. Nothing lingers.</remarks>
internal sealed class LatencyRun : IBenchmark
{
    public string Name => "latency";

    public string Summary => "a closed candle in hand to its Gold row, durable and readable, without linger";

    public async Task RunAsync(BenchmarkContext context)
    {
        string[] lines = [.. Lines(MarketFiles.Minutes[0]).Take(1 + 3_000)];
        string folder = context.Folder.Fresh("lake");
        Directory.CreateDirectory(folder);
        LakeTables lake = await LakeTables.OpenOrCreateAsync(LakeLocation.Local(folder), new DeltaTableOptions()).ConfigureAwait(false);
        var reader = new GoldSignalsTable(await DeltaTable.OpenAsync(lake.Gold.Table.Store).ConfigureAwait(false));
        MedallionPipeline pipeline = await MedallionPipeline.StartAsync(lake, EngineOptions.FromConfig(ShippedConfig.Reference), TimeProvider.System, "benchmark").ConfigureAwait(false);
        await using (pipeline.ConfigureAwait(false))
        {
            const int History = 1_500; // enough for MA200 of five minutes
            await FeedAsync(pipeline, [Admit(folder, lines[0], lines[1..(1 + History)], 0)]).ConfigureAwait(false);
            await pipeline.CaughtUpAsync(CancellationToken.None).ConfigureAwait(false);
            int warmUp = context.Size(60, 20), rounds = context.Size(400, 40);
            ReplayFile[] candles = [.. Enumerable.Range(0, warmUp + rounds).Select(i => Admit(folder, lines[0], [lines[1 + History + i]], i + 1))];
            Samples commits = new(), reads = new();
            for (int i = 0; i < candles.Length; i++)
            {
                long gold = lake.Gold.Table.Snapshot.Version;
                Task<Snapshot> newer = lake.Gold.Table.NewerThanAsync(gold);
                TimeSpan committed = default;
                TimeSpan read = await Race.TimeAsync(async round =>
                {
                    committed = await Race.TimeAsync(async _ =>
                    {
                        await FeedAsync(pipeline, [candles[round]]).ConfigureAwait(false);
                        await newer.ConfigureAwait(false);
                    }).ConfigureAwait(false);
                    await ReadAsync(reader, candles[round].Facts).ConfigureAwait(false);
                }, i).ConfigureAwait(false);
                if (i >= warmUp)
                {
                    commits.Add(committed);
                    reads.Add(read);
                }
            }

            const string Published = "Spark micro-batch, published 150-900 ms";
            context.Report.Add(new Measurement(Name, "candle in hand to Gold committed, p50", commits.Median, "ms") { Note = $"p99 {Measurement.Figure(commits.P99)} ms" });
            context.Report.Add(new Measurement(Name, "candle in hand to Gold row read by another reader, p50", reads.Median, "ms") { Goal = 25, Theirs = 150, Opponent = Published });
            context.Report.Add(new Measurement(Name, "the same, p99", reads.P99, "ms") { Goal = 100, Theirs = 900, Opponent = Published });
        }
    }

    private static Task<long> FeedAsync(MedallionPipeline pipeline, IReadOnlyList<ReplayFile> files) =>
        pipeline.ReplayAsync(files, (_, damage) => throw new InvalidDataException(damage), _ => { });

    private static async Task ReadAsync(GoldSignalsTable reader, KlineFileFacts facts)
    {
        Snapshot snapshot = await reader.Table.RefreshAsync().ConfigureAwait(false);
        UnixMicros bucket = Interval.Parse("5m").Floor(facts.LastOpenTime);
        Predicate row = Predicate.All(Predicate.Equal("symbol", facts.Symbol.Code), Predicate.Equal("bucket_start", bucket.Value), Predicate.Equal("dt", (long)bucket.Day));
        int found = 0;
        await foreach (IReadOnlyList<StampedSignal> rows in reader.ReadAsync(snapshot, row).ConfigureAwait(false))
        {
            found += rows.Count;
        }

        if (found != 1)
        {
            throw new InvalidDataException($"{found} rows of the bucket {bucket}.");
        }
    }

    private static ReplayFile Admit(string folder, string header, IReadOnlyList<string> rows, int number)
    {
        string path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"ALGOUSDT-1m-{number:00000}.csv"));
        File.WriteAllLines(path, [header, .. rows]);
        var options = new KlineFileOptions();
        return new ReplayFile(path, KlineFile.Inspect(path, options).Match(r => r.Facts, no => throw new InvalidDataException(no.Message)), options, "benchmark");
    }

    private static IEnumerable<string> Lines(string gzip)
    {
        using StreamReader text = new(new System.IO.Compression.GZipStream(File.OpenRead(gzip), System.IO.Compression.CompressionMode.Decompress));
        while (text.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
