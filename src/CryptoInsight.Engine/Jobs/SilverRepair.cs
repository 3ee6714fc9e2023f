using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Lake.Silver;

namespace CryptoInsight.Engine.Jobs;

/// <summary><c>jobs repair 02_transform_silver_binance --from-start</c>: every row of Bronze is judged again, cast by the wire schema of today, and Silver is made equal to that.</summary>
/// <remarks>The request is a position in Silver itself, so it outlives a crash, and a running job is superseded by it and sees it at its next start.</remarks>
public static class SilverRepair
{
    /// <summary>The position that asks for it.</summary>
    public const long FromStart = -1;

    /// <summary>Asks for it; done when the job has made its next commit.</summary>
    public static async Task RequestFromStartAsync(SilverChartsTable silver, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(silver);
        await silver.Table.RefreshAsync(ct).ConfigureAwait(false);
        CommitOutcome outcome = await silver.Table.CommitTransactionsAsync(
            new CommitSpec("REPAIR") { Transactions = [new AppTransaction(SilverJob.Id, FromStart)] }, ct).ConfigureAwait(false);
        _ = outcome.Match(
            committed => committed.Version,
            nothing => nothing.Version,
            superseded => throw new IOException($"The repair could not be asked for: {superseded.Why} Ask again."),
            conflict => throw new IOException($"The repair could not be asked for: {conflict.Why} Ask again."));
    }
}
