using CryptoInsight.Delta;
using CryptoInsight.Domain.Market;
using CryptoInsight.Engine.Flows;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Silver;
using CryptoInsight.Sources.Files;

namespace CryptoInsight.Engine.Tests.Jobs;

/// <summary>Recorded candles of the exchange through the Silver job: falling behind, RESTORE and repair end in the same rows.</summary>
public sealed class RealKlinesSilverSpecs
{
    private const string File = "klines-1m/spot-12col/BTCUSDT-1m-2025-10-29_11-01.csv.gz";

    [SkippableFact]
    public async Task Real_days_end_in_the_same_rows_whatever_happened_on_the_way()
    {
        IReadOnlyList<IReadOnlyList<RawCandle>> batches = await BatchesAsync();
        SilverRig steady = await SilverRig.NewAsync();
        foreach (IReadOnlyList<RawCandle> batch in batches)
        {
            await steady.AppendAsync([.. batch]);
        }

        await steady.RunAsync(limits: new TailLimits(50, 64 << 20));
        SilverCandle[] expected = await steady.SilverAsync();
        Assert.Equal(batches.Sum(b => b.Count), expected.Length);

        SilverRig rig = await SilverRig.NewAsync();
        for (int i = 0; i < batches.Count; i++)
        {
            await rig.AppendAsync([.. batches[i]]);
            if (i == 1)
            {
                await rig.RunAsync();
            }
        }

        await rig.ForgetBronzeLogAsync(filesToo: true);
        StepReport caughtUp = Assert.Single(await rig.RunAsync(rebuildRowsMax: 2_000));
        Assert.Equal(expected.Length, caughtUp.RowsIn);
        Assert.Equal(expected, await rig.SilverAsync());
        Assert.Empty(await rig.LettersAsync());

        await LakeRestore.RunAsync(SilverChartsTable.Name, rig.Lake.Silver.Table, 1, acceptLoss: false);
        Assert.NotEqual(expected.Length, (await rig.SilverAsync()).Length);
        await rig.RunAsync();
        Assert.Equal(expected, await rig.SilverAsync());

        await SilverRepair.RequestFromStartAsync(rig.Lake.Silver, default);
        Assert.Equal(expected.Length, Assert.Single(await rig.RunAsync()).RowsUnchanged);
    }

    /// <summary>Four days of a symbol in batches of a thousand rows.</summary>
    private static async Task<IReadOnlyList<IReadOnlyList<RawCandle>>> BatchesAsync()
    {
        string path = SharedData.MarketData(File);
        KlineFileInspection.Readable readable = Assert.IsType<KlineFileInspection.Readable>(KlineFile.Inspect(path, new KlineFileOptions()));
        List<RawCandle> rows = [];
        await foreach (IReadOnlyList<RawCandle> some in new ReplayFile(path, readable.Facts, new KlineFileOptions(), "run").ReadAsync(Sample.IngestTime + (400 * UnixMicros.PerDay), 0))
        {
            rows.AddRange(some);
        }

        return [.. rows.Chunk(1_000)];
    }
}
