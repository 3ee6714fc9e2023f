using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Quality;

namespace CryptoInsight.Domain.Tests.Quality;

/// <summary>What the memory of keys costs. The heap is the whole process's: nothing else may run beside it.</summary>
[Collection(nameof(MeasuredHeap))]
public sealed class KeyMemorySizeSpecs
{
    [Fact]
    public void A_thousand_symbols_of_three_intervals_cost_a_run_each_and_little_memory()
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        var memory = new KeyMemory();
        Interval[] intervals = [Interval.Parse("1m"), Interval.Parse("15m"), Interval.Parse("4h")];
        for (int s = 0; s < 1_000; s++)
        {
            Symbol symbol = Symbol.Parse($"S{s}USDT");
            foreach (Interval interval in intervals)
            {
                UnixMicros time = interval.Floor(UnixMicros.FromSeconds(1_700_000_000));
                for (int i = 0; i < 500; i++, time = interval.Next(time))
                {
                    memory.Add(new CandleKey(symbol, interval, time));
                }
            }
        }

        Assert.Equal(3_000, memory.RunCount);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, 0, 4 << 20);
        GC.KeepAlive(memory);
    }
}
