using CryptoInsight.Delta;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Lake.DeadLetters;

namespace CryptoInsight.Lake;

/// <summary>RESTORE as a lake needs it: rows and the positions of the jobs that wrote them go back together, in one commit, so that what came since is processed again.</summary>
/// <remarks>Counts of commits (<see cref="DeadLetterTable.CommitCountOf"/>) go forward: a job that slept through it must notice. Bronze is the only copy of what was accepted, so it goes back only
/// with the operator's word; its bookmarks go back too, so that the lost range is fetched again, and a mark tells Silver to compare itself as a whole.</remarks>
public static class LakeRestore
{
    private const string BronzePrefix = "bronze_";
    private const string AppendOnly = "delta.appendOnly";

    /// <summary>Restores a table to a version.</summary>
    /// <exception cref="LossRefusedException">The table is Bronze, and nobody accepted the loss.</exception>
    public static async Task<CommitOutcome> RunAsync(string name, DeltaTable table, long version, bool acceptLoss, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        Snapshot current = await table.RefreshAsync(ct).ConfigureAwait(false);
        if (!name.StartsWith(BronzePrefix, StringComparison.Ordinal))
        {
            return await RunAsync(table, current, version, [], ct).ConfigureAwait(false);
        }

        if (!acceptLoss)
        {
            throw new LossRefusedException(
                $"{name} holds the only copy of what was taken in: rows after version {version} would be lost. Restore the tables behind it instead, or say --accept-loss; the exchange is then asked again for the range.");
        }

        bool wasAppendOnly = IsAppendOnly(current.Metadata.Configuration);
        await SetAppendOnlyAsync(table, wasAppendOnly, "false", ct).ConfigureAwait(false);
        try
        {
            return await RunAsync(table, table.Snapshot, version, [new AppTransaction(IngestPositions.LossAccepted, table.Snapshot.Version)], ct).ConfigureAwait(false);
        }
        finally
        {
            await SetAppendOnlyAsync(table, wasAppendOnly, "true", CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Makes a table append-only again whose RESTORE was killed between taking that away and giving it back. Does nothing to any other table.</summary>
    public static Task EndInterruptedAsync(DeltaTable table, TableDefinition definition, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(definition);
        bool isInterrupted = IsAppendOnly(definition.Properties) && !IsAppendOnly(table.Snapshot.Metadata.Configuration);
        return SetAppendOnlyAsync(table, isInterrupted, "true", ct);
    }

    private static bool IsAppendOnly(IReadOnlyDictionary<string, string> properties) => properties.TryGetValue(AppendOnly, out string? flag) && flag == "true";

    private static async Task<CommitOutcome> RunAsync(DeltaTable table, Snapshot current, long version, IReadOnlyList<AppTransaction> marks, CancellationToken ct)
    {
        Snapshot target = await table.SnapshotAtAsync(version, ct).ConfigureAwait(false);
        AppTransaction[] positions =
        [
            .. current.Transactions.Keys.Where(id => !marks.Any(m => m.AppId == id)).Order(StringComparer.Ordinal).Select(id => new AppTransaction(id, After(id, current, target))),
            .. marks,
        ];
        var spec = new CommitSpec("RESTORE")
        {
            OperationParameters = new Dictionary<string, string> { ["version"] = version.ToString(System.Globalization.CultureInfo.InvariantCulture) },
            Transactions = positions,
        };
        return await table.RestoreAsync(version, new RestoreSpec { KeepProperties = true }, spec, ct).ConfigureAwait(false);
    }

    private static long After(string appId, Snapshot current, Snapshot target) =>
        appId.EndsWith(DeadLetterTable.CommitCountSuffix, StringComparison.Ordinal) ? current.TransactionVersion(appId)!.Value + 1
        : appId.StartsWith("origin/", StringComparison.Ordinal) || appId == IngestPositions.LossAccepted ? current.TransactionVersion(appId)!.Value // what a series is does not change
        : target.TransactionVersion(appId) ?? (appId.StartsWith("replay/", StringComparison.Ordinal) ? 0 : -1); // rows done; else: nothing is done

    private static async Task SetAppendOnlyAsync(DeltaTable table, bool wasAppendOnly, string value, CancellationToken ct)
    {
        if (wasAppendOnly)
        {
            CommitOutcome outcome = await table.AlterAsync(new TableAlteration { SetProperties = new Dictionary<string, string> { [AppendOnly] = value } }, null, ct).ConfigureAwait(false);
            _ = outcome.Match(
                c => c.Version,
                n => n.Version,
                s => throw new IOException($"{AppendOnly} could not be set to {value}: {s.Why} Stop whatever writes to the table and restore again."),
                c => throw new IOException($"{AppendOnly} could not be set to {value}: {c.Why} Stop whatever writes to the table and restore again."));
        }
    }
}
