using Apache.Arrow;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Log;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Lake.Rows;

namespace CryptoInsight.Lake.FearGreed;

/// <summary>The index by version of <c>silver_fear_greed</c>: each version is read from the table once, however many symbols ask for it. Safe for concurrent use.</summary>
public sealed class FearGreedVersions(DeltaTable table)
{
    private const string TableName = SilverFearGreedTable.Name;

    /// <summary>Versions kept in memory: the one that Gold stands at, the next one, and those of actors that are behind. Each is about 3,000 points.</summary>
    private const int KeptMax = 8;

    private static readonly string[] s_columns = ["event_time", "index_value", "value_classification"];

    private readonly Lock _gate = new();
    private readonly Dictionary<long, Lazy<Task<FearGreedVersion>>> _reads = [];

    /// <summary>The newest version.</summary>
    public async Task<FearGreedVersion> NewestAsync(CancellationToken ct = default)
    {
        Snapshot snapshot = await table.RefreshAsync(ct).ConfigureAwait(false);
        return await OfAsync(snapshot.Version).WaitAsync(ct).ConfigureAwait(false);
    }

    /// <summary>The index as of a version (-1: no points); <see cref="VersionNotFoundException"/> if it is cleaned or was never there.</summary>
    public async Task<FearGreedIndex> AtAsync(long version, CancellationToken ct = default) =>
        version < 0 ? FearGreedIndex.Empty : (await OfAsync(version).WaitAsync(ct).ConfigureAwait(false)).Index;

    private Task<FearGreedVersion> OfAsync(long version)
    {
        Lazy<Task<FearGreedVersion>>? read;
        lock (_gate)
        {
            if (!_reads.TryGetValue(version, out read) || read is { IsValueCreated: true, Value.IsFaulted: true })
            {
                if (_reads.Count >= KeptMax)
                {
                    _reads.Remove(_reads.Keys.Min());
                }

                _reads[version] = read = new Lazy<Task<FearGreedVersion>>(() => ReadAtAsync(version));
            }
        }

        return read.Value; // begun by whoever asks first, outside the lock and on its own thread: a simulation has only one
    }

    private async Task<FearGreedVersion> ReadAtAsync(long version)
    {
        Snapshot snapshot = table.Snapshot.Version == version ? table.Snapshot : await table.SnapshotAtAsync(version).ConfigureAwait(false);
        return await ReadAsync(snapshot, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task<FearGreedVersion> ReadAsync(Snapshot snapshot, CancellationToken ct)
    {
        var points = new List<FearGreedPoint>();
        await foreach (RecordBatch batch in table.ReadAsync(snapshot, s_columns, null, ct).ConfigureAwait(false))
        {
            using (batch)
            {
                var reader = new RowReader(batch);
                Func<int, UnixMicros?> time = reader.Time("event_time");
                Func<int, int?> value = reader.Int("index_value");
                Func<int, string?> label = reader.Label("value_classification");
                for (int i = 0; i < reader.Count; i++)
                {
                    points.Add(new FearGreedPoint(time(i)!.Value, value(i)!.Value, label(i) ?? ""));
                }
            }
        }

        try
        {
            return new FearGreedVersion(snapshot.Metadata.Id, snapshot.Version, FearGreedIndex.Of(points));
        }
        catch (ArgumentException twice)
        {
            throw new InvalidDataException($"Version {snapshot.Version} of {TableName} cannot be looked up: {twice.Message} Verify {TableName}, and restore it if another writer changed it.", twice);
        }
    }
}
