using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Quality;
using CsCheck;

namespace CryptoInsight.Domain.Tests.Quality;

public sealed class KeyMemorySpecs
{
    private static readonly Symbol s_btc = Symbol.Parse("BTCUSDT");

    [Theory]
    [InlineData("1m")]
    [InlineData("4h")]
    [InlineData("1w")]
    [InlineData("1M")]
    public void Knows_exactly_what_was_added_in_any_order(string code)
    {
        Interval interval = Interval.Parse(code);
        List<UnixMicros> grid = [interval.Floor(UnixMicros.FromSeconds(1_700_000_000))];
        while (grid.Count < 60)
        {
            grid.Add(interval.Next(grid[^1]));
        }

        Gen.Int[0, grid.Count - 1].List[0, 120].Sample(picks =>
        {
            var memory = new KeyMemory();
            var model = new HashSet<UnixMicros>();
            foreach (int pick in picks)
            {
                Assert.Equal(model.Add(grid[pick]), memory.Add(new CandleKey(s_btc, interval, grid[pick])));
            }

            foreach (UnixMicros time in grid)
            {
                Assert.Equal(model.Contains(time), memory.Contains(new CandleKey(s_btc, interval, time)));
            }

            int runs = grid.Where((t, i) => model.Contains(t) && (i == 0 || !model.Contains(grid[i - 1]))).Count();
            Assert.Equal(runs, memory.RunCount);
        });
    }

    [Fact]
    public void A_year_of_minutes_costs_one_run()
    {
        Interval minute = Interval.Parse("1m");
        var memory = new KeyMemory();
        UnixMicros time = UnixMicros.FromSeconds(1_700_000_040);
        for (int i = 0; i < 525_600; i++, time = minute.Next(time))
        {
            Assert.True(memory.Add(new CandleKey(s_btc, minute, time)));
        }

        Assert.Equal(1, memory.RunCount);
    }

    [Fact]
    public void Series_do_not_mix()
    {
        var memory = new KeyMemory();
        UnixMicros time = UnixMicros.FromSeconds(1_700_006_400);
        memory.Add(new CandleKey(s_btc, Interval.Parse("1m"), time));
        Assert.False(memory.Contains(new CandleKey(s_btc, Interval.Parse("5m"), time)));
        Assert.False(memory.Contains(new CandleKey(Symbol.Parse("ETHUSDT"), Interval.Parse("1m"), time)));
    }

    [Fact]
    public void A_time_off_the_grid_is_remembered_as_itself()
    {
        var memory = new KeyMemory();
        var key = new CandleKey(s_btc, Interval.Parse("1m"), UnixMicros.FromSeconds(1_700_000_001));
        Assert.True(memory.Add(key));
        Assert.False(memory.Add(key));
        Assert.True(memory.Contains(key));
        Assert.False(memory.Contains(key with { OpenTime = UnixMicros.FromSeconds(1_700_000_040) }));
    }
}
