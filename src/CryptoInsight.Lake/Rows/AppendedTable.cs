using System.Runtime.CompilerServices;
using Apache.Arrow;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;

namespace CryptoInsight.Lake.Rows;

/// <summary>A Bronze table: rows as they came, only ever added; positions of ingestion lie in the same commits.</summary>
public abstract class AppendedTable<TRow>(DeltaTable table)
{
    public DeltaTable Table { get; } = table;

    private protected abstract TableShape<TRow> Shape { get; }

    private protected abstract IReadOnlyList<TRow> Rows(RowReader reader);

    /// <summary>Appends rows and moves positions in one commit.</summary>
    /// <param name="positions">Bookmarks, or the rows done of a replay; never moved back.</param>
    /// <param name="fence">For replays: nobody else may have moved the same position meanwhile.</param>
    public Task<CommitOutcome> AppendAsync(IReadOnlyList<TRow> rows, IReadOnlyList<AppTransaction> positions, Fence? fence = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var spec = new CommitSpec("STREAMING UPDATE") { Transactions = positions, Fence = fence, KeepGreatestPosition = true };
        return rows.Count == 0 ? Table.CommitTransactionsAsync(spec, ct) : Table.AppendAsync([Shape.ToBatch(rows)], spec, ct);
    }

    /// <summary>The rows of files that versions added, in file order.</summary>
    public IAsyncEnumerable<IReadOnlyList<TRow>> ReadFilesAsync(IEnumerable<AddFile> files, CancellationToken ct = default) =>
        RowsAsync(Table.ReadFilesAsync(Table.Snapshot, files, ct: ct), ct);

    /// <summary>The rows of a snapshot.</summary>
    public IAsyncEnumerable<IReadOnlyList<TRow>> ReadAsync(Snapshot snapshot, CancellationToken ct = default) => RowsAsync(Table.ReadAsync(snapshot, ct: ct), ct);

    private async IAsyncEnumerable<IReadOnlyList<TRow>> RowsAsync(IAsyncEnumerable<RecordBatch> batches, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (RecordBatch batch in batches.WithCancellation(ct).ConfigureAwait(false))
        {
            using (batch)
            {
                yield return Rows(new RowReader(batch));
            }
        }
    }
}
