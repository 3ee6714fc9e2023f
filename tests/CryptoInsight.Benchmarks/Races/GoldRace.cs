using System.Globalization;
using CryptoInsight.Benchmarks.Data;
using CryptoInsight.Benchmarks.Measuring;
using CryptoInsight.Benchmarks.Opponents;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;

namespace CryptoInsight.Benchmarks.Races;

/// <summary>Gold's arithmetic alone: candles in memory to signals, against DuckDB's window functions over a table in memory.</summary>
internal sealed class GoldRace : IBenchmark
{
    private const int CandlesPerSymbol = 40_320;

    public string Name => "gold";

    public string Summary => "Gold rows of 20 M candles in memory, against DuckDB window functions";

    public async Task RunAsync(BenchmarkContext context)
    {
        Series[] series = [.. (await Task.WhenAll(MarketFiles.Minutes.Select(f => SilverRows.ReadAsync([f]))).ConfigureAwait(false)).Select(Series.Of)];
        int symbols = context.Size(500, 50);
        long candles = (long)symbols * CandlesPerSymbol;
        using var duck = new DuckDb(context.Folder.Fresh("spill"));
        Fill(duck, symbols);
        var settings = new SignalSettings([new Timeframe(Interval.Parse("1m"), Interval.Parse("5m"))], TimeSpan.FromMinutes(10));
        long ourRows = 0;
        (Samples ours, Samples theirs) = await Race.RunAsync(
            1,
            context.Size(3, 2),
            _ =>
            {
                ourRows = Compute(series, symbols, settings);
                return Task.CompletedTask;
            },
            _ =>
            {
                duck.Run(DuckDbMedallion.GoldOf("silver", 300_000_000));
                return Task.CompletedTask;
            }).ConfigureAwait(false);
        long theirRows = duck.Count("SELECT count(*) FROM gold");
        if (ourRows != theirRows)
        {
            throw new InvalidDataException($"{ourRows} rows against {theirRows}.");
        }

        context.Report.Add(new Measurement(Name, string.Create(CultureInfo.InvariantCulture, $"signals of {candles / 1e6:0.0} M candles, {symbols} symbols"), candles / ours.Median * 1_000, "candles/s")
        {
            Theirs = candles / theirs.Median * 1_000,
            Opponent = "DuckDB window functions",
            MoreIsBetter = true,
            RatioGoal = 3,
            Note = "both on all cores",
        });
    }

    // Every symbol as the symbol actors do it: its history as columns, then all rows.
    private static long Compute(Series[] series, int symbols, SignalSettings settings)
    {
        Interval minute = Interval.Parse("1m");
        var context = new SignalContext(settings, Watermarks.None, FearGreedIndex.Empty);
        long rows = 0;
        Parallel.For(0, symbols, k =>
        {
            Symbol symbol = Symbol.Parse(string.Create(CultureInfo.InvariantCulture, $"S{k:000}USDT"));
            var history = new CandleHistory();
            history.Reserve(minute, CandlesPerSymbol);
            history.Add(minute, series[k % series.Length].Columns);
            long count = 0;
            foreach (SignalRow row in SymbolTransitions.EnumerateRows(symbol, history, context))
            {
                count += row.Candles > 0 ? 1 : 0;
            }

            Interlocked.Add(ref rows, count);
        });
        return rows;
    }

    private static void Fill(DuckDb duck, int symbols)
    {
        duck.Run(
            $"""
            CREATE TABLE base AS SELECT row_number() OVER () - 1 AS n, * FROM (SELECT regexp_extract(filename, '([A-Z0-9]+-1m-[0-9-]+)', 1) AS file, make_timestamp(open_time * 1000) AS open_time, open, high, low, close, volume, quote_volume, count AS trades
            FROM read_csv([{string.Join(", ", MarketFiles.Minutes.Select(f => $"'{f}'"))}], header = true, filename = true))
            """);
        duck.Run("CREATE TABLE files AS SELECT file, row_number() OVER (ORDER BY file) - 1 AS k FROM (SELECT DISTINCT file FROM base)");
        duck.Run(
            $"""
            CREATE TABLE silver AS SELECT 'S' || lpad(s.k::VARCHAR, 3, '0') || 'USDT' AS symbol, open_time, open, high, low, close, volume, quote_volume, trades
            FROM range({symbols}) AS s(k) JOIN files f ON f.k = s.k % (SELECT count(*) FROM files) JOIN base USING (file)
            """);
    }

    /// <summary>One real series as columns.</summary>
    private sealed record Series(long[] OpenTime, double[] Open, double[] High, double[] Low, double[] Close, double[] Volume, double[] QuoteVolume, long[] Trades)
    {
        public CandleColumns Columns => new() { OpenTime = OpenTime, Open = Open, High = High, Low = Low, Close = Close, Volume = Volume, QuoteVolume = QuoteVolume, Trades = Trades };

        public static Series Of(List<SilverCandle> c) => new(
            [.. c.Select(r => r.Candle.OpenTime.Value)], [.. c.Select(r => r.Candle.Open)], [.. c.Select(r => r.Candle.High)], [.. c.Select(r => r.Candle.Low)], [.. c.Select(r => r.Candle.Close)],
            [.. c.Select(r => r.Candle.Volume)], [.. c.Select(r => r.Candle.QuoteVolume!.Value)], [.. c.Select(r => r.Candle.Trades!.Value)]);
    }
}
