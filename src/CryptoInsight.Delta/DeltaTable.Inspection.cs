using System.Runtime.CompilerServices;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta;

public sealed partial class DeltaTable
{
    /// <summary>The rows of a file that its deletion vector deletes; checked against the cardinality in the log.</summary>
    public Task<DeletionVector> DeletedRowsAsync(AddFile file, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        return DeletionVectorFiles.ReadAsync(Store, file.DeletionVector, ct);
    }

    /// <summary>The commits that the log still has, newest first.</summary>
    /// <remarks>One read per commit, made when it is asked for. <b>Source</b>: PROTOCOL.md, "Commit Provenance Information".</remarks>
    public async IAsyncEnumerable<HistoryEntry> HistoryAsync([EnumeratorCancellation] CancellationToken ct = default)
    {
        LogListing listing = await LogFiles.ListAsync(Store, 0, ct).ConfigureAwait(false);
        for (int i = listing.Commits.Count - 1; i >= 0; i--)
        {
            (long version, StoredObject file) = listing.Commits[i];
            if (await Log.CommitAtAsync(version, ct).ConfigureAwait(false) is { } commit)
            {
                DateTimeOffset at = commit.Facts.InCommitTimestamp is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : file.ModifiedAt;
                yield return new HistoryEntry(version, at, commit.ReadCommitInfo());
            }
        }
    }
}
