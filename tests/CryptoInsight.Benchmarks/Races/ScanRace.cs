using System.Globalization;
using Apache.Arrow;
using CryptoInsight.Benchmarks.Data;
using CryptoInsight.Benchmarks.Measuring;
using CryptoInsight.Benchmarks.Opponents;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Lake.Silver;
using CryptoInsight.Lake.Sql;

namespace CryptoInsight.Benchmarks.Races;

/// <summary>Full scans and point queries on ten million rows, in small files and after ZORDER, against DuckDB over the same Parquet files.</summary>
internal sealed class ScanRace(bool points) : IBenchmark
{
    private const string Sums = "SELECT count(*), sum(close), sum(volume) FROM ";

    public string Name => points ? "point" : "scan";

    public string Summary => points
        ? "one symbol's day out of 10 M rows, in 1,000 small files and after ZORDER, against DuckDB on the same files and on one sorted file"
        : "a full scan of two columns of 10 M rows, in 1,000 small files and after OPTIMIZE, against DuckDB on the same files";

    public async Task RunAsync(BenchmarkContext context)
    {
        MinuteLake lake = await MinuteLake.BuildAsync(context.Folder.Fresh("lake"), context.Size(250, 25), 40, context.Report).ConfigureAwait(false);
        using var duck = new DuckDb(context.Folder.Fresh("spill"));
        await using SqlSession session = SqlSession.Open(lake.Location);
        if (points)
        {
            await PointsAsync(context, lake, duck, session).ConfigureAwait(false);
        }
        else
        {
            await ScansAsync(context, lake, duck, session, $"{lake.Table.Snapshot.Files.Count:N0} small files").ConfigureAwait(false);
            await lake.Table.OptimizeAsync().ConfigureAwait(false);
            await ScansAsync(context, lake, duck, session, "after OPTIMIZE").ConfigureAwait(false);
        }
    }

    private async Task ScansAsync(BenchmarkContext context, MinuteLake lake, DuckDb duck, SqlSession session, string state)
    {
        DefineView(duck, lake);
        int rounds = context.Size(7, 3);
        (Samples engine, Samples theirs) = await Race.RunAsync(1, rounds, _ => SumAsync(lake, null), _ => Duck(duck, Sums + "live")).ConfigureAwait(false);
        (Samples sql, Samples again) = await Race.RunAsync(1, rounds, _ => AskAsync(session, Sums + SilverChartsTable.Name), _ => Duck(duck, Sums + "live")).ConfigureAwait(false);
        string rows = string.Create(CultureInfo.InvariantCulture, $"{lake.Market.Rows / 1e6:0.0} M rows, {state}");
        context.Report.Add(new Measurement(Name, $"two columns of {rows}: engine", engine.Median, "ms") { Theirs = theirs.Median, Opponent = "DuckDB, same files" });
        context.Report.Add(new Measurement(Name, $"two columns of {rows}: SQL", sql.Median, "ms") { Theirs = again.Median, Opponent = "DuckDB, same files" });
    }

    private async Task PointsAsync(BenchmarkContext context, MinuteLake lake, DuckDb duck, SqlSession session)
    {
        int rounds = context.Size(40, 10);
        string state = $"{lake.Table.Snapshot.Files.Count:N0} small files";
        DefineView(duck, lake);
        await PointAsync(context, lake, session, state, rounds, i => Duck(duck, $"{Sums}live WHERE {Where(lake, i)}"), "DuckDB, same files", 10, null).ConfigureAwait(false);
        await FromLogAsync(context, session).ConfigureAwait(false);

        context.Report.Say("ZORDER BY (symbol, open_time); DuckDB sorts its one file");
        await lake.Table.OptimizeAsync(new OptimizeSpec { ZOrderBy = ["symbol", "open_time"] }).ConfigureAwait(false);
        string sorted = Path.Combine(context.Folder.Root, "sorted.parquet");
        duck.Run($"COPY (SELECT * FROM live ORDER BY symbol, open_time) TO '{sorted}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)");
        DefineView(duck, lake);
        await PointAsync(context, lake, session, "after ZORDER", rounds, i => Duck(duck, $"{Sums}live WHERE {Where(lake, i)}"), "DuckDB, same files", 10, null).ConfigureAwait(false);
        await PointAsync(context, lake, session, "after ZORDER", rounds, i => Duck(duck, $"{Sums}'{sorted}' WHERE {Where(lake, i)}"), "DuckDB, one sorted file", 10, 1).ConfigureAwait(false);
    }

    private async Task PointAsync(BenchmarkContext context, MinuteLake lake, SqlSession session, string state, int rounds, Func<int, Task> theirs, string opponent, double goal, double? ratio)
    {
        (Samples engine, Samples duck) = await Race.RunAsync(5, rounds, i => SumAsync(lake, PredicateOf(lake, i)), theirs).ConfigureAwait(false);
        (Samples sql, Samples again) = await Race.RunAsync(5, rounds, i => AskAsync(session, $"{Sums}{SilverChartsTable.Name} WHERE {Where(lake, i)}"), theirs).ConfigureAwait(false);
        context.Report.Add(new Measurement(Name, $"one symbol's day, {state}: engine, p50", engine.Median, "ms") { Theirs = duck.Median, Opponent = opponent, Goal = goal, RatioGoal = ratio, Note = $"p99 {Measurement.Figure(engine.P99)} ms" });
        context.Report.Add(new Measurement(Name, $"one symbol's day, {state}: SQL, p50", sql.Median, "ms") { Theirs = again.Median, Opponent = opponent, Goal = goal, Note = $"p99 {Measurement.Figure(sql.P99)} ms" });
    }

    private async Task FromLogAsync(BenchmarkContext context, SqlSession session)
    {
        foreach (string what in (string[])["max(open_time)", "min(open_time)", "count(*)"])
        {
            Samples samples = await Race.AloneAsync(3, context.Size(30, 10), _ => AskAsync(session, $"SELECT {what} FROM {SilverChartsTable.Name}")).ConfigureAwait(false);
            context.Report.Add(new Measurement(Name, $"SELECT {what} by SQL, p50", samples.Median, "ms") { Goal = 5 });
        }
    }

    private static void DefineView(DuckDb duck, MinuteLake lake) =>
        duck.Run($"CREATE OR REPLACE VIEW live AS SELECT * FROM read_parquet({lake.FileList}, hive_partitioning = true, hive_types = {{'dt': DATE}})");

    private static (string Symbol, int Day) Wanted(MinuteLake lake, int round) => (lake.Market.Symbols[round * 37 % lake.Market.Symbols.Count], round * 11 % WideMarket.Days);

    private static string Where(MinuteLake lake, int round)
    {
        (string symbol, int day) = Wanted(lake, round);
        DateOnly date = WideMarket.Date(day);
        return $"symbol = '{symbol}' AND open_time >= TIMESTAMPTZ '{date:yyyy-MM-dd} 00:00:00Z' AND open_time < TIMESTAMPTZ '{date.AddDays(1):yyyy-MM-dd} 00:00:00Z' AND dt = DATE '{date:yyyy-MM-dd}'";
    }

    private static Predicate PredicateOf(MinuteLake lake, int round)
    {
        (string symbol, int day) = Wanted(lake, round);
        long from = WideMarket.StartMicros + (day * 86_400_000_000L);
        return Predicate.All(Predicate.Equal("symbol", symbol), Predicate.Between("open_time", from, from + 86_399_999_999L), Predicate.Equal("dt", (long)(WideMarket.FirstDay + day)));
    }

    private static async Task SumAsync(MinuteLake lake, Predicate? predicate)
    {
        double close = 0, volume = 0;
        long rows = 0;
        await foreach (RecordBatch batch in lake.Table.ReadAsync(lake.Table.Snapshot, ["close", "volume"], predicate).ConfigureAwait(false))
        {
            using (batch)
            {
                rows += batch.Length;
                close += Sum(((DoubleArray)batch.Column(0)).Values);
                volume += Sum(((DoubleArray)batch.Column(1)).Values);
            }
        }

        long expected = predicate is null ? lake.Market.Rows : WideMarket.MinutesPerDay;
        if (rows != expected || !double.IsFinite(close + volume))
        {
            throw new InvalidDataException($"{rows} rows were read, not {expected}.");
        }
    }

    private static double Sum(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values)
        {
            sum += value;
        }

        return sum;
    }

    private static Task Duck(DuckDb duck, string sql)
    {
        duck.Count(sql);
        return Task.CompletedTask;
    }

    private static async Task AskAsync(SqlSession session, string sql)
    {
        await using SqlResult result = await session.ExecuteAsync(sql).ConfigureAwait(false);
        await foreach (IReadOnlyList<object?> row in result.ReadAsync().ConfigureAwait(false))
        {
            GC.KeepAlive(row);
        }
    }
}
