using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Log;

namespace CryptoInsight.Delta;

public sealed partial class DeltaTable
{
    /// <summary>The rows of a file that its deletion vector deletes; checked against the cardinality in the log.</summary>
    public Task<DeletionVector> DeletedRowsAsync(AddFile file, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        return DeletionVectorFiles.ReadAsync(Store, file.DeletionVector, ct);
    }

    /// <summary>The oldest version that the log can still build: as far back as RESTORE and time travel reach, where the data files are still there too.</summary>
    public async Task<long> OldestVersionAsync(CancellationToken ct = default)
    {
        LogListing log = await LogFiles.ListAsync(Store, 0, ct).ConfigureAwait(false);
        return log.Commits.Count > 0 && log.Commits[0].Version == 0 ? 0 : log.Checkpoints.Count > 0 ? log.Checkpoints[0].Version : Snapshot.Version;
    }

    /// <summary>The first version after <paramref name="version"/> that is more than maintenance: it moved a position or changed rows, columns or properties; null if there is none.</summary>
    /// <remarks>A version whose commit is cleaned counts, for nothing can be proven of it. Looks for newer commits first.</remarks>
    public async Task<long?> FirstChangeAfterAsync(long version, CancellationToken ct = default)
    {
        long newest = (await RefreshAsync(ct).ConfigureAwait(false)).Version;
        for (long v = version + 1; v <= newest; v++)
        {
            LogCommit? commit = await Log.CommitAtAsync(v, ct).ConfigureAwait(false);
            if (commit is not { IsMaintenance: true, Metadata: null, Protocol: null })
            {
                return v;
            }
        }

        return null;
    }

    /// <summary>The newest version that changed rows after the application's last commit and without it; null if there is none.</summary>
    /// <param name="appId">Whose positions (<c>txn</c> actions) mark its own commits.</param>
    /// <param name="snapshot">Where to look back from.</param>
    /// <param name="ct">Ends the search.</param>
    /// <remarks>Usually reads one commit. Where the log is cleaned before the application's last commit is found, the version before counts, for nothing can be proven of it.</remarks>
    public async Task<long?> NewestForeignChangeAsync(string appId, Snapshot snapshot, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        for (long v = snapshot.Version; v >= 0; v--)
        {
            LogCommit? commit = await Log.CommitAtAsync(v, ct).ConfigureAwait(false);
            if (commit is null || (commit.HasDataChange && !commit.Transactions.Exists(t => t.AppId == appId)))
            {
                return v;
            }

            if (commit.Transactions.Exists(t => t.AppId == appId))
            {
                return null;
            }
        }

        return null;
    }
}
