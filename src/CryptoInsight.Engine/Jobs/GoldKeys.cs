using CryptoInsight.Delta.Log;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Lake.Gold;

namespace CryptoInsight.Engine.Jobs;

/// <summary>Proves that a row of Gold is new, so that it needs no look-up: the newest bucket of every series, known from the newest days alone.</summary>
/// <remarks>Every key of the days from <see cref="_wholeFrom"/> on was seen: a series that was not seen there has no row there. Of older days nothing is known, so rows there are
/// looked up, unless the symbol was not in Silver at all before. Wrong in neither direction; reading two days instead of the whole table is what a restart pays.</remarks>
public sealed class GoldKeys
{
    /// <summary>The newest day and the one before it: what is live is there, and nothing longer than a day is written often.</summary>
    private const int DaysRead = 2;

    private readonly Dictionary<(Symbol, Interval), UnixMicros> _newest = [];
    private readonly HashSet<Symbol> _symbolsKnownWhole = [];
    private int _wholeFrom = int.MinValue;

    public static async Task<GoldKeys> LoadAsync(GoldSignalsTable gold, Snapshot snapshot, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(gold);
        var keys = new GoldKeys();
        if (GoldSignalsTable.NewestDay(snapshot) is not { } newestDay)
        {
            return keys;
        }

        keys._wholeFrom = newestDay - (DaysRead - 1);
        await foreach (IReadOnlyList<SignalKey> some in gold.KeysAsync(snapshot, keys._wholeFrom, ct).ConfigureAwait(false))
        {
            foreach (SignalKey key in some)
            {
                keys.Remember(key.Symbol, key.Timeframe, key.BucketStart);
            }
        }

        return keys;
    }

    /// <summary>Rows proven absent, and rows that may replace one.</summary>
    /// <param name="upserts">Rows to write.</param>
    /// <param name="hadSymbol">Whether Silver held the symbol at the position that Gold stands at; one that it did not hold has no row in Gold.</param>
    public (List<SignalRow> Inserts, List<SignalRow> Replacements) Split(IReadOnlyList<SignalRow> upserts, Func<Symbol, bool> hadSymbol)
    {
        List<SignalRow> inserts = [], replacements = [];
        foreach (SignalRow row in upserts)
        {
            if (!hadSymbol(row.Symbol))
            {
                _symbolsKnownWhole.Add(row.Symbol);
            }

            (IsAbsent(row) ? inserts : replacements).Add(row);
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

    private bool IsAbsent(SignalRow row) =>
        _newest.TryGetValue((row.Symbol, row.Timeframe), out UnixMicros newest)
            ? row.BucketStart > newest
            : row.BucketStart.Day >= _wholeFrom || _symbolsKnownWhole.Contains(row.Symbol);

    private void Remember(Symbol symbol, Interval timeframe, UnixMicros bucketStart)
    {
        // A written row of an older day says nothing about the rows after it that were not looked at.
        bool isInKnownDays = bucketStart.Day >= _wholeFrom || _symbolsKnownWhole.Contains(symbol);
        if (isInKnownDays && (!_newest.TryGetValue((symbol, timeframe), out UnixMicros newest) || bucketStart > newest))
        {
            _newest[(symbol, timeframe)] = bucketStart;
        }
    }
}
