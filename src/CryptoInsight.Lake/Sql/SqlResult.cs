using System.Runtime.CompilerServices;

namespace CryptoInsight.Lake.Sql;

/// <summary>The answer to a statement: columns, and rows that are fetched as they are asked for. Read it once, then dispose it.</summary>
/// <remarks>Cells: null, bool, integers, double, float, decimal, BigInteger, string, DateOnly, DateTimeOffset (UTC), DateTime (without a zone), byte[], and lists and dictionaries of these.</remarks>
public sealed class SqlResult : IAsyncDisposable
{
    private readonly IAsyncEnumerable<IReadOnlyList<object?>> _rows;
    private readonly Func<ValueTask> _dispose;

    internal SqlResult(IReadOnlyList<string> columns, IAsyncEnumerable<IReadOnlyList<object?>> rows, Func<ValueTask>? dispose = null)
    {
        Columns = columns;
        _rows = rows;
        _dispose = dispose ?? (() => ValueTask.CompletedTask);
    }

    public IReadOnlyList<string> Columns { get; }

    /// <summary>The rows in order; <see cref="SqlException"/> if the statement fails while it runs.</summary>
    public async IAsyncEnumerable<IReadOnlyList<object?>> ReadAsync([EnumeratorCancellation] CancellationToken ct = default)
    {
        await foreach (IReadOnlyList<object?> row in _rows.WithCancellation(ct).ConfigureAwait(false))
        {
            yield return row;
        }
    }

    public ValueTask DisposeAsync() => _dispose();

    internal static SqlResult Of(IReadOnlyList<string> columns, params IReadOnlyList<object?>[] rows) => new(columns, rows.ToAsyncEnumerable());
}
