using CryptoInsight.Delta.Log;
using CryptoInsight.Lake.Rows;

namespace CryptoInsight.Host.Api;

/// <summary>A small table's rows as of the newest version that this process has seen; read once per version, however many ask. Safe for concurrent use.</summary>
internal sealed class VersionedRows<TRow>(KeyedTable<TRow> table)
{
    private readonly Lock _gate = new();
    private long _version = -1;
    private Task<IReadOnlyList<TRow>>? _rows;

    public async Task<IReadOnlyList<TRow>> NewestAsync(CancellationToken ct)
    {
        Task<IReadOnlyList<TRow>> rows;
        lock (_gate)
        {
            Snapshot snapshot = table.Table.Snapshot;
            if (_rows is null || _rows.IsFaulted || _version != snapshot.Version)
            {
                _version = snapshot.Version;
                _rows = table.ReadAllAsync(snapshot, null, CancellationToken.None); // one reader's leaving must not spoil it for the others
            }

            rows = _rows;
        }

        return await rows.WaitAsync(ct);
    }
}
