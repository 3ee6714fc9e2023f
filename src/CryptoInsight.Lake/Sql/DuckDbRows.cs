using System.Runtime.CompilerServices;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using DuckDB.NET.Data;

namespace CryptoInsight.Lake.Sql;

/// <summary>The rows of a running DuckDB statement, fetched in Arrow batches of some thousand as they are asked for.</summary>
internal static class DuckDbRows
{
    public static async IAsyncEnumerable<IReadOnlyList<object?>> ReadAsync(
        DuckDBCommand command, IArrowArrayStream stream, Func<DuckDBException, SqlException> explain, [EnumeratorCancellation] CancellationToken ct = default)
    {
        await using CancellationTokenRegistration stop = ct.Register(command.Cancel);
        while (await NextAsync(stream, explain, ct).ConfigureAwait(false) is { } batch)
        {
            using (batch)
            {
                Func<int, object?>[] cells = [.. batch.Arrays.Select(ArrowCells.Reader)];
                for (int row = 0; row < batch.Length; row++)
                {
                    var values = new object?[cells.Length];
                    for (int i = 0; i < cells.Length; i++)
                    {
                        values[i] = cells[i](row);
                    }

                    yield return values;
                }
            }
        }
    }

    private static async Task<RecordBatch?> NextAsync(IArrowArrayStream stream, Func<DuckDBException, SqlException> explain, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        try
        {
            // DuckDB works on the thread that asks: not on the caller's.
            return await Task.Run(() => stream.ReadNextRecordBatchAsync(CancellationToken.None).AsTask(), CancellationToken.None).ConfigureAwait(false);
        }
        catch (DuckDBException failed)
        {
            throw explain(failed);
        }
        catch (OperationCanceledException brokenOff) when (!ct.IsCancellationRequested)
        {
            // Seen once on a busy machine: an error in one of DuckDB's threads interrupts the others, and the reader may hear of that first.
            throw new SqlException("The statement was broken off by an error in one of its parts. Run it again: then the database says which.", brokenOff);
        }
    }
}
