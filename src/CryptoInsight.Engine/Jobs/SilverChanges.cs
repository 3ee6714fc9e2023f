using CryptoInsight.Delta;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Lake.Silver;

namespace CryptoInsight.Engine.Jobs;

/// <summary>The net row changes of Silver between two versions, by symbol.</summary>
public sealed class SilverChanges
{
    private SilverChanges(Dictionary<Symbol, List<CandleChange>> bySymbol) => BySymbol = bySymbol;

    /// <summary>No version passed.</summary>
    public static SilverChanges None { get; } = new([]);

    public IReadOnlyDictionary<Symbol, List<CandleChange>> BySymbol { get; }

    public long RowCount => BySymbol.Values.Sum(c => (long)c.Count);

    /// <summary>Adds of pure appends; else the change feed, deletes included; where that has holes, the rows of the two versions compared by key. Null if the older version is cleaned.</summary>
    public static async Task<SilverChanges?> ReadAsync(SilverChartsTable silver, TailStep.Versions versions, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(silver);
        ArgumentNullException.ThrowIfNull(versions);
        try
        {
            return new SilverChanges(versions.IsAppendOnly
                ? await AppendedAsync(silver, versions, ct).ConfigureAwait(false)
                : BySymbols(await ChangedAsync(silver, versions, ct).ConfigureAwait(false)));
        }
        catch (Exception gone) when (gone is MissingFileException or VersionNotFoundException)
        {
            return await ComparedAsync(silver, versions, ct).ConfigureAwait(false);
        }
    }

    private static async Task<SilverChanges?> ComparedAsync(SilverChartsTable silver, TailStep.Versions versions, CancellationToken ct)
    {
        try
        {
            Snapshot from = await silver.Table.SnapshotAtAsync(versions.FromExclusive, ct).ConfigureAwait(false);
            Snapshot to = await silver.Table.SnapshotAtAsync(versions.ToInclusive, ct).ConfigureAwait(false);
            return new SilverChanges(BySymbols(await VersionDifference.BetweenAsync(silver, from, to, ct).ConfigureAwait(false)));
        }
        catch (Exception gone) when (gone is MissingFileException or VersionNotFoundException)
        {
            return null;
        }
    }

    private static async Task<Dictionary<Symbol, List<CandleChange>>> AppendedAsync(SilverChartsTable silver, TailStep.Versions versions, CancellationToken ct)
    {
        var bySymbol = new Dictionary<Symbol, List<CandleChange>>();
        await foreach (IReadOnlyList<SilverCandle> rows in silver.ReadFilesAsync(versions.Appended.Select(f => f.File), ct).ConfigureAwait(false))
        {
            foreach (SilverCandle row in rows)
            {
                Of(bySymbol, row.Symbol).Add(new CandleChange.Put(row.Interval, row.Candle));
            }
        }

        return bySymbol;
    }

    private static async Task<Dictionary<CandleKey, Candle?>> ChangedAsync(SilverChartsTable silver, TailStep.Versions versions, CancellationToken ct)
    {
        var net = new Dictionary<CandleKey, Candle?>();
        var gone = new Dictionary<CandleKey, Candle>();
        var put = new Dictionary<CandleKey, Candle>();
        long version = versions.FromExclusive;

        void EndVersion()
        {
            // Within a version a key that is replaced both goes and comes: what comes counts. A row that a rewritten file only carries along is no change.
            foreach ((CandleKey key, Candle candle) in gone)
            {
                if (!put.TryGetValue(key, out Candle same))
                {
                    net[key] = null;
                }
                else if (same == candle)
                {
                    put.Remove(key);
                }
            }

            foreach ((CandleKey key, Candle candle) in put)
            {
                net[key] = candle;
            }

            gone.Clear();
            put.Clear();
        }

        await foreach ((long v, ChangeKind kind, IReadOnlyList<SilverCandle> rows) in silver.ChangesAsync(versions.FromExclusive, versions.ToInclusive, ct).ConfigureAwait(false))
        {
            if (v != version)
            {
                EndVersion();
                version = v;
            }

            // An update's image before goes too: its key may be another one.
            Dictionary<CandleKey, Candle> side = kind is ChangeKind.Insert or ChangeKind.UpdatePostimage ? put : gone;
            foreach (SilverCandle row in rows)
            {
                side[row.Key] = row.Candle;
            }
        }

        EndVersion();
        return net;
    }

    private static Dictionary<Symbol, List<CandleChange>> BySymbols(IReadOnlyDictionary<CandleKey, Candle?> net)
    {
        var bySymbol = new Dictionary<Symbol, List<CandleChange>>();
        foreach ((CandleKey key, Candle? candle) in net)
        {
            Of(bySymbol, key.Symbol).Add(candle is { } c ? new CandleChange.Put(key.Interval, c) : new CandleChange.Drop(key.Interval, key.OpenTime));
        }

        return bySymbol;
    }

    private static List<CandleChange> Of(Dictionary<Symbol, List<CandleChange>> bySymbol, Symbol symbol)
    {
        if (!bySymbol.TryGetValue(symbol, out List<CandleChange>? some))
        {
            bySymbol.Add(symbol, some = []);
        }

        return some;
    }
}
