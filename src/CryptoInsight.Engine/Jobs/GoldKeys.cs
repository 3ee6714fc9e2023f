using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Lake.Gold;

namespace CryptoInsight.Engine.Jobs;

/// <summary>Proves that a row of Gold is new, so that it needs no look-up: it begins after everything that Gold held when the job started, and after what the job wrote of its series since.</summary>
/// <remarks>The first is known from the files' ranges in the log, so a start reads no row. What cannot be proved is looked up, and whatever the ranges do not tell counts as not proved:
/// wrong in neither direction. A live series is proved from its first new bucket on.</remarks>
/// <param name="start">Gold when the job started.</param>
public sealed class GoldKeys(Snapshot start)
{
    private readonly Dictionary<(Symbol, Interval), UnixMicros> _newest = [];
    private readonly HashSet<Symbol> _symbolsKnownWhole = [];
    private UnixMicros? _clearFrom;
    private UnixMicros? _takenUpTo;

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
            if (!_newest.TryGetValue((row.Symbol, row.Timeframe), out UnixMicros newest) || row.BucketStart > newest)
            {
                _newest[(row.Symbol, row.Timeframe)] = row.BucketStart;
            }
        }
    }

    private bool IsAbsent(SignalRow row) =>
        (!_newest.TryGetValue((row.Symbol, row.Timeframe), out UnixMicros newest) || row.BucketStart > newest)
        && (_symbolsKnownWhole.Contains(row.Symbol) || IsClear(row.BucketStart));

    /// <summary>Whether no file of the start admits a row from this time on. Asked of the log only between what is known to be clear and what is known not to be.</summary>
    private bool IsClear(UnixMicros from)
    {
        if (from >= _clearFrom || from <= _takenUpTo)
        {
            return from >= _clearFrom;
        }

        bool isClear = !start.FilesFor(new Predicate.Compare(GoldSignalsTable.BucketStart, Comparison.GreaterOrEqual, from.Value)).Any();
        if (isClear)
        {
            _clearFrom = from;
        }
        else
        {
            _takenUpTo = from;
        }

        return isClear;
    }
}
