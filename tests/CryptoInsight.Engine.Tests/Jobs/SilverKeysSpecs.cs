using CryptoInsight.Delta;
using CryptoInsight.Domain.Market;

namespace CryptoInsight.Engine.Tests.Jobs;

/// <summary>A job that has just started knows no key: whatever comes again is found all the same, wherever in a day it lies.</summary>
public sealed class SilverKeysSpecs
{
    [Theory]
    [InlineData(110, 50, 0)] // the newest first, as after a start, then backwards
    [InlineData(0, 50, 110)]
    [InlineData(50, 110, 0)]
    public async Task Candles_that_come_again_after_a_start_are_not_doubled(int first, int second, int third)
    {
        const int day = 1_440;
        SilverRig rig = await SilverRig.NewAsync();
        await AppendAsync(rig, 0, 120);
        await rig.RunAsync();
        await AppendAsync(rig, first, 10);
        await AppendAsync(rig, day, 10);
        await AppendAsync(rig, second, 10);
        await rig.AppendAsync([.. Enumerable.Range(third, 10).Concat(Enumerable.Range(day - 5, 20)).Select(m => Sample.Raw(Sample.Btc, m, 200 + m))]); // two days in one batch

        await rig.RunAsync(limits: new TailLimits(1, long.MaxValue));

        SilverCandle[] silver = await rig.SilverAsync();
        Assert.Equal(120 + 20, silver.Length);
        Assert.Equal(silver.Length, silver.Select(c => c.Key).Distinct().Count());
    }

    private static Task<long> AppendAsync(SilverRig rig, int from, int count) => rig.AppendAsync([.. Enumerable.Range(from, count).Select(m => Sample.Raw(Sample.Btc, m, 100 + m))]);
}
