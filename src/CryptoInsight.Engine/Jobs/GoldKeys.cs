using CryptoInsight.Delta.Log;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Lake.Gold;

namespace CryptoInsight.Engine.Jobs;

/// <summary>The newest bucket of every series in Gold: a row beyond it is new and needs no look-up.</summary>
public sealed class GoldKeys
{
    private readonly Dictionary<(Symbol, Interval), UnixMicros> _newest = [];

    public static async Task<GoldKeys> LoadAsync(GoldSignalsTable gold, Snapshot snapshot, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(gold);
        var keys = new GoldKeys();
        await foreach (IReadOnlyList<SignalKey> some in gold.KeysAsync(snapshot, ct).ConfigureAwait(false))
        {
            foreach (SignalKey key in some)
            {
                keys.Remember(key.Symbol, key.Timeframe, key.BucketStart);
            }
        }

        return keys;
    }

    /// <summary>Rows proven absent, and rows that may replace one.</summary>
    public (List<SignalRow> Inserts, List<SignalRow> Replacements) Split(IReadOnlyList<SignalRow> upserts)
    {
        List<SignalRow> inserts = [], replacements = [];
        foreach (SignalRow row in upserts)
        {
            bool isNew = !_newest.TryGetValue((row.Symbol, row.Timeframe), out UnixMicros newest) || row.BucketStart > newest;
            (isNew ? inserts : replacements).Add(row);
        }

        return (inserts, replacements);
    }

    public void Remember(IReadOnlyList<SignalRow> written)
    {
        foreach (SignalRow row in written)
        {
            Remember(row.Symbol, row.Timeframe, row.BucketStart);
        }
    }

    /// <summary>What has to be written so that Gold holds exactly these rows.</summary>
    public static async Task<SignalDelta> DifferenceAsync(GoldSignalsTable gold, Snapshot snapshot, IReadOnlyList<SignalRow> rows, CancellationToken ct)
    {
        Dictionary<SignalKey, SignalRow> wanted = rows.ToDictionary(r => r.Key);
        var deletes = new List<SignalKey>();
        await foreach (IReadOnlyList<StampedSignal> some in gold.ReadAsync(snapshot, null, ct).ConfigureAwait(false))
        {
            foreach (StampedSignal there in some)
            {
                if (!wanted.TryGetValue(there.Row.Key, out SignalRow? row))
                {
                    deletes.Add(there.Row.Key);
                }
                else if (row == there.Row)
                {
                    wanted.Remove(there.Row.Key);
                }
            }
        }

        return new SignalDelta([.. wanted.Values], deletes);
    }

    private void Remember(Symbol symbol, Interval timeframe, UnixMicros bucketStart)
    {
        if (!_newest.TryGetValue((symbol, timeframe), out UnixMicros newest) || bucketStart > newest)
        {
            _newest[(symbol, timeframe)] = bucketStart;
        }
    }
}
