using System.Globalization;
using CryptoInsight.Benchmarks.Data;
using CryptoInsight.Benchmarks.Measuring;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Log;
using CryptoInsight.Domain.Market;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Lake.Gold;
using CryptoInsight.Lake.Silver;
using CryptoInsight.PaperExchange;

namespace CryptoInsight.Benchmarks.Races;

/// <summary>The shipped program with 1,000 symbols, killed with SIGKILL and started again: from the start of the process to the first new commits.</summary>
/// <remarks>The exchange runs in this process, on the same cores; its clock is put forward by a minute while the node is dead, so that every symbol has a new candle to fetch.
/// A commit counts when its log entry is there: data and entry are synced by then. Rows of runs and events do not count.</remarks>
internal sealed class RestartRun : IBenchmark
{
    private static readonly Interval s_minute = Interval.Parse("1m");
    private static readonly TimeSpan s_catchUpWithin = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan s_commitWithin = TimeSpan.FromMinutes(2);

    public string Name => "restart";

    public string Summary => "kill -9 of the shipped program with 1,000 symbols, to the first new commits after its next start";

    public async Task RunAsync(BenchmarkContext context)
    {
        Symbol[] symbols = [.. Enumerable.Range(0, context.Size(1_000, 50)).Select(k => Symbol.Parse(string.Create(CultureInfo.InvariantCulture, $"S{k:0000}USDT")))];
        var time = new SteppedTime();
        PaperExchangeServer exchange = await PaperExchangeServer.StartAsync(
            new PaperExchangeOptions { Symbols = [.. symbols.Select(s => s.Code)], Outages = false, TimeProvider = time }).ConfigureAwait(false);
        await using (exchange.ConfigureAwait(false))
        {
            var node = new Node(context.Folder.Fresh("lake"), exchange, symbols);
            context.Report.Say($"the first backfill of {symbols.Length:N0} symbols");
            using (HostProgram first = node.Start())
            {
                await node.CaughtUpAsync(first).ConfigureAwait(false);
                await PassAsync(TimeSpan.FromSeconds(2)).ConfigureAwait(false);
            }

            await MeasureAsync(context, node, time, symbols.Length).ConfigureAwait(false);
        }
    }

    private async Task MeasureAsync(BenchmarkContext context, Node node, SteppedTime time, int symbols)
    {
        var random = new Random(20_26);
        Dictionary<string, Samples> firsts = Node.Tables.ToDictionary(t => t, _ => new Samples());
        Dictionary<string, Samples> processor = Node.Tables.ToDictionary(t => t, _ => new Samples());
        int rounds = context.Size(20, 3);
        for (int round = 0; round < rounds; round++)
        {
            time.Step(TimeSpan.FromMinutes(1));
            Dictionary<string, long> before = node.Versions();
            long startedAt = TimeProvider.System.GetTimestamp();
            using HostProgram run = node.Start();
            while (before.Count > 0)
            {
                await PassAsync(TimeSpan.FromMilliseconds(1)).ConfigureAwait(false);
                TimeSpan elapsed = TimeProvider.System.GetElapsedTime(startedAt);
                foreach (string table in before.Keys.Where(t => node.HasVersion(t, before[t] + 1)).ToList())
                {
                    before.Remove(table);
                    firsts[table].Add(elapsed);
                    processor[table].Add(run.ProcessorTime);
                }

                if (run.HasEnded || elapsed > s_commitWithin)
                {
                    throw new InvalidDataException($"No new commit of {string.Join(", ", before.Keys)} after {elapsed}:\n{run.Said}");
                }
            }

            context.Report.Say($"round {round + 1}: {string.Join(", ", firsts.Select(f => $"{f.Key} {Measurement.Figure(f.Value.Last)} ms ({Measurement.Figure(processor[f.Key].Last)} ms of processor time)"))}");
            await node.CaughtUpAsync(run).ConfigureAwait(false);
            await PassAsync(TimeSpan.FromMilliseconds(random.Next(1, 1_500))).ConfigureAwait(false);
        }

        foreach ((string table, Samples first) in firsts)
        {
            context.Report.Add(new Measurement(Name, string.Create(CultureInfo.InvariantCulture, $"{symbols:N0} symbols, {node.Rows:N0} candles: start to the first new commit of {table}, median"), first.Median, "ms"));
            context.Report.Add(new Measurement(Name, $"the same, p99 of {rounds}", first.P99, "ms") { Goal = 2_000 });
            context.Report.Add(new Measurement(Name, $"processor time of the program up to there, median", processor[table].Median, "ms") { Note = $"{Environment.ProcessorCount} cores" });
        }
    }

    private static async Task PassAsync(TimeSpan time)
    {
        using var timer = new PeriodicTimer(time);
        await timer.WaitForNextTickAsync().ConfigureAwait(false);
    }

    /// <summary>The node on its lake, seen through the tables alone.</summary>
    private sealed class Node(string lakePath, PaperExchangeServer exchange, IReadOnlyList<Symbol> symbols)
    {
        public static readonly string[] Tables = [BronzeChartsTable.Name, SilverChartsTable.Name, GoldSignalsTable.Name];

        private LakeTables? _lake;

        public long Rows => _lake?.Silver.Table.Snapshot.RowCount ?? 0;

        public HostProgram Start()
        {
            string settings = lakePath + ".conf";
            File.WriteAllText(settings, $"cryptoinsight.ingest.symbols = [{string.Join(", ", symbols.Select(s => s.Code))}]");
            return HostProgram.Start(["up", "--lake", lakePath, "--http", "127.0.0.1:0", "--exchange", exchange.BaseAddress.ToString(), "--intervals", s_minute.Code, "--since", "1d", "--config", settings]);
        }

        public Dictionary<string, long> Versions() =>
            Tables.ToDictionary(t => t, t => Directory.EnumerateFiles(LogOf(t), "*.json").Select(f => Path.GetFileNameWithoutExtension(f)).Where(n => n.Length == 20).Max(n => long.Parse(n, CultureInfo.InvariantCulture)));

        public bool HasVersion(string table, long version) => File.Exists(Path.Combine(LogOf(table), string.Create(CultureInfo.InvariantCulture, $"{version:D20}.json")));

        /// <summary>Every candle that is closed is in Gold.</summary>
        public async Task CaughtUpAsync(HostProgram run)
        {
            long startedAt = TimeProvider.System.GetTimestamp();
            while (!await IsCaughtUpAsync().ConfigureAwait(false))
            {
                if (run.HasEnded || TimeProvider.System.GetElapsedTime(startedAt) > s_catchUpWithin)
                {
                    throw new InvalidDataException($"The node does not catch up:\n{run.Said}");
                }

                await PassAsync(TimeSpan.FromMilliseconds(500)).ConfigureAwait(false);
            }
        }

        private async Task<bool> IsCaughtUpAsync()
        {
            if (_lake is null && Tables.Any(t => !Directory.Exists(LogOf(t))))
            {
                return false;
            }

            _lake ??= await LakeTables.OpenOrCreateAsync(LakeLocation.Local(lakePath), new DeltaTableOptions { Upkeep = LogUpkeepMode.Off }).ConfigureAwait(false);
            Snapshot bronze = await _lake.Bronze.Table.RefreshAsync().ConfigureAwait(false);
            Snapshot silver = await _lake.Silver.Table.RefreshAsync().ConfigureAwait(false);
            Snapshot gold = await _lake.Gold.Table.RefreshAsync().ConfigureAwait(false);
            long closed = (s_minute.Floor(UnixMicros.From(exchange.Now)) - TimeSpan.FromMinutes(1)).Milliseconds;
            return symbols.All(s => bronze.TransactionVersion(IngestPositions.Bookmark(s, s_minute)) >= closed)
                && silver.TransactionVersion(SilverJob.Id) >= bronze.Version && gold.TransactionVersion(GoldJob.ChartsPosition) >= silver.Version;
        }

        private string LogOf(string table) => Path.Combine(lakePath, "demo_catalog", "demo_schema", table, "_delta_log");
    }
}
