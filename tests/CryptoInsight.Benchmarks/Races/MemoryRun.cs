using System.Globalization;
using CryptoInsight.Benchmarks.Data;
using CryptoInsight.Benchmarks.Measuring;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Quality;
using CryptoInsight.Domain.Signals;

namespace CryptoInsight.Benchmarks.Races;

/// <summary>What 1,000 symbols of three intervals hold in memory: indicator states and known keys; and the whole process with them.</summary>
internal sealed class MemoryRun : IBenchmark
{
    private static readonly string[] s_intervals = ["1m", "15m", "4h"];

    public string Name => "memory";

    public string Summary => "the state of 1,000 symbols x 3 intervals, and the process that holds it";

    public async Task RunAsync(BenchmarkContext context)
    {
        List<SilverCandle> real = await SilverRows.ReadAsync(MarketFiles.Minutes.Take(1), 2_000).ConfigureAwait(false);
        int symbols = context.Size(1_000, 100);
        SignalSettings settings = SignalSettings.Default();
        long before = GC.GetTotalMemory(forceFullCollection: true);
        var keys = new KeyMemory();
        var states = new List<SymbolState>(symbols);
        for (int k = 0; k < symbols; k++)
        {
            Symbol symbol = Symbol.Parse(string.Create(CultureInfo.InvariantCulture, $"S{k:0000}USDT"));
            var history = new CandleHistory();
            foreach (Interval interval in s_intervals.Select(Interval.Parse))
            {
                foreach ((SilverCandle row, int i) in real.Take(400).Select((row, i) => (row, i)))
                {
                    UnixMicros openTime = real[0].Candle.OpenTime + (i * interval.FixedLength!.Value);
                    openTime = interval.Floor(openTime);
                    history.Add(interval, row.Candle with { OpenTime = openTime, CloseTime = interval.Next(openTime) - TimeSpan.FromMilliseconds(1) });
                    keys.Add(new CandleKey(symbol, interval, openTime));
                }
            }

            states.Add(SymbolTransitions.Build(symbol, history, new SignalContext(settings, Watermarks.None, FearGreedIndex.Empty)));
        }

        real.Clear();
        double state = (GC.GetTotalMemory(forceFullCollection: true) - before) / 1048576.0;
        string what = string.Create(CultureInfo.InvariantCulture, $"{symbols:N0} symbols x {s_intervals.Length} intervals");
        context.Report.Add(new Measurement(Name, $"{what}: state and known keys on the heap", state, "MB"));
        context.Report.Add(new Measurement(Name, $"{what}: working set of the process that holds them", Environment.WorkingSet / 1048576.0, "MB") { Goal = 200, Note = "run alone, not after the other benchmarks" });
        GC.KeepAlive(states);
        GC.KeepAlive(keys);
    }
}
