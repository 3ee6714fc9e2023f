using CryptoInsight.Delta;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Lake.Silver;

namespace CryptoInsight.Engine.Jobs;

/// <summary>The net row changes of Silver between two versions, by symbol.</summary>
public sealed class SilverChanges
{
    private SilverChanges(Dictionary<Symbol, List<CandleChange>> bySymbol) => BySymbol = bySymbol;

    public IReadOnlyDictionary<Symbol, List<CandleChange>> BySymbol { get; }

    public long RowCount => BySymbol.Values.Sum(c => (long)c.Count);

    /// <summary>Adds of pure appends; else the change feed, deletes included.</summary>
    public static async Task<SilverChanges> ReadAsync(SilverChartsTable silver, TailStep.Versions versions, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(versions);
        return new SilverChanges(versions.IsAppendOnly
            ? await AppendedAsync(silver, versions, ct).ConfigureAwait(false)
            : await ChangedAsync(silver, versions, ct).ConfigureAwait(false));
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

    private static async Task<Dictionary<Symbol, List<CandleChange>>> ChangedAsync(SilverChartsTable silver, TailStep.Versions versions, CancellationToken ct)
    {
        var net = new Dictionary<CandleKey, Candle?>();
        var gone = new List<CandleKey>();
        var put = new List<SilverCandle>();
        long version = versions.FromExclusive;

        void EndVersion()
        {
            // Within a version a key that is replaced both goes and comes: what comes counts.
            gone.ForEach(k => net[k] = null);
            put.ForEach(r => net[r.Key] = r.Candle);
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

            if (kind is ChangeKind.Insert or ChangeKind.UpdatePostimage)
            {
                put.AddRange(rows);
            }
            else
            {
                gone.AddRange(rows.Select(r => r.Key)); // an update's image before goes too: its key may be another one
            }
        }

        EndVersion();
        var bySymbol = new Dictionary<Symbol, List<CandleChange>>();
        foreach ((CandleKey key, Candle? candle) in net)
        {
            Of(bySymbol, key.Symbol).Add(candle is { } c ? new CandleChange.Put(key.Interval, c) : new CandleChange.Drop(key.Interval, key.OpenTime));
        }

        return bySymbol;
    }

    private static List<CandleChange> Of(Dictionary<Symbol, List<CandleChange>> bySymbol, Symbol symbol)
    {
        if (!bySymbol.TryGetValue(symbol, out List<CandleChange>? changes))
        {
            bySymbol.Add(symbol, changes = []);
        }

        return changes;
    }
}
