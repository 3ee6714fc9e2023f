using Xunit.Abstractions;

namespace CryptoInsight.Delta.Tests.Campaigns;

/// <summary>Random operations on random tables on disk: after every step our rows, the rows of two other engines and a plain list must be the same.</summary>
/// <remarks>A build runs a slice. <c>CRYPTOINSIGHT_SEEDS=200 dotnet test --filter OperationCampaign</c> runs all; <c>SEED=n</c> repeats one.</remarks>
public sealed class OperationCampaign(ITestOutputHelper output)
{
    private const int All = 200;
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(12);

    [SkippableFact]
    public async Task After_every_operation_three_engines_and_a_list_agree()
    {
        Skip.IfNot(VerifyTool.IsThere, VerifyTool.Absent);
        using TemporaryFolder folder = new();
        List<TableToVerify> tables = [];
        int seeds = 0, steps = 0;
        foreach (int seed in CampaignSeeds.Of(All, All, Slice))
        {
            (List<TableToVerify> toVerify, int count) = await OperationRun.RunAsync(seed, folder.Path);
            tables.AddRange(toVerify);
            seeds++;
            steps += count;
        }

        (string report, bool isRight) = VerifyTool.Check(tables, folder.Path);
        output.WriteLine($"{seeds} seeds, {steps} steps; {report}");
        Assert.True(isRight, report);
    }
}
