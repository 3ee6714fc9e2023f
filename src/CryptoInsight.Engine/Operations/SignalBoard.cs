using System.Collections.Concurrent;
using System.Threading.Channels;
using CryptoInsight.Domain.Market;
using CryptoInsight.Lake.Gold;

namespace CryptoInsight.Engine.Operations;

/// <summary>The newest signal of every series, and a feed of changes for whoever watches. Safe for concurrent use.</summary>
/// <remarks>Older signals are read from Gold when asked for: the board's size is one row per series.</remarks>
public sealed class SignalBoard
{
    /// <summary>What a slow watcher may lag behind before its oldest batches are dropped; it then reads the table again.</summary>
    private const int BatchesPerWatcher = 256;

    private readonly ConcurrentDictionary<(Symbol, Interval), StampedSignal> _newest = new();
    private readonly ConcurrentDictionary<Channel<IReadOnlyList<StampedSignal>>, byte> _watchers = new();

    /// <summary>True once the newest days of Gold as it was at the start are on the board.</summary>
    public bool IsLoaded { get; set; }

    public IReadOnlyCollection<StampedSignal> Newest => [.. _newest.Values];

    /// <summary>Takes rows of Gold as it was in, without telling anybody: what is there of the same bucket is a newer state of it.</summary>
    public void Load(IReadOnlyList<StampedSignal> rows)
    {
        foreach (StampedSignal row in rows)
        {
            _newest.AddOrUpdate((row.Row.Symbol, row.Row.Timeframe), row, (_, there) => row.Row.BucketStart > there.Row.BucketStart ? row : there);
        }
    }

    /// <summary>Takes changed rows in and tells the watchers.</summary>
    public void Put(IReadOnlyList<StampedSignal> rows)
    {
        foreach (StampedSignal row in rows)
        {
            _newest.AddOrUpdate((row.Row.Symbol, row.Row.Timeframe), row, (_, there) => row.Row.BucketStart >= there.Row.BucketStart ? row : there);
        }

        foreach (Channel<IReadOnlyList<StampedSignal>> watcher in _watchers.Keys)
        {
            watcher.Writer.TryWrite(rows);
        }
    }

    /// <summary>Changed rows from now on, until the caller stops.</summary>
    public async IAsyncEnumerable<IReadOnlyList<StampedSignal>> WatchAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        var channel = Channel.CreateBounded<IReadOnlyList<StampedSignal>>(new BoundedChannelOptions(BatchesPerWatcher) { FullMode = BoundedChannelFullMode.DropOldest });
        _watchers.TryAdd(channel, 0);
        try
        {
            await foreach (IReadOnlyList<StampedSignal> rows in channel.Reader.ReadAllAsync(ct).ConfigureAwait(false))
            {
                yield return rows;
            }
        }
        finally
        {
            _watchers.TryRemove(channel, out _);
        }
    }
}
