using CryptoInsight.Delta.Log;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine.Symbols;
using CryptoInsight.Lake.Gold;

namespace CryptoInsight.Engine.Jobs;

/// <summary>Gold as it is against Gold as it should be, group of symbols by group of symbols: what has to be written so that they are equal.</summary>
/// <remarks>Memory: the rows of <see cref="SymbolsPerGroup"/> symbols, and the differences of all. Groups cover the whole range of symbol names, so rows of symbols that Silver does not
/// hold any more are found and deleted.</remarks>
internal sealed class GoldComparison(GoldSignalsTable gold, Snapshot there, ISymbols symbols)
{
    /// <summary>A symbol with three timeframes and a year of minutes is about 130,000 rows, 40 MB.</summary>
    internal const int SymbolsPerGroup = 16;

    /// <summary>Rows that Gold lacks, proven.</summary>
    public List<SignalRow> Inserts { get; } = [];

    /// <summary>Rows that differ from the row of the same key.</summary>
    public List<SignalRow> Replacements { get; } = [];

    public List<SignalKey> Deletes { get; } = [];

    /// <summary>Rows computed.</summary>
    public long RowsCompared { get; private set; }

    /// <summary>Compares everything at a position; returns why it cannot, or null.</summary>
    public async Task<string?> RunAsync(IEnumerable<Symbol> known, SignalPosition at, CancellationToken ct)
    {
        Symbol[][] groups = [.. known.Order().Chunk(SymbolsPerGroup)];
        for (int i = 0; i < groups.Length; i++)
        {
            SymbolAnswers answers = await symbols.AskAllAsync(groups[i], at, ct).ConfigureAwait(false);
            if (answers.Lost is { } lost)
            {
                return lost;
            }

            await CompareAsync(answers.Delta.Upserts, i == 0 ? null : groups[i][0], i + 1 < groups.Length ? groups[i + 1][0] : null, ct).ConfigureAwait(false);
        }

        if (groups.Length == 0)
        {
            await CompareAsync([], null, null, ct).ConfigureAwait(false);
        }

        return null;
    }

    private async Task CompareAsync(IReadOnlyList<SignalRow> rows, Symbol? from, Symbol? toExclusive, CancellationToken ct)
    {
        Dictionary<SignalKey, SignalRow> wanted = rows.ToDictionary(r => r.Key);
        RowsCompared += rows.Count;
        await foreach (IReadOnlyList<StampedSignal> some in gold.ReadAsync(there, GoldSignalsTable.OfSymbols(from, toExclusive), ct).ConfigureAwait(false))
        {
            foreach (StampedSignal stamped in some)
            {
                if (!wanted.Remove(stamped.Row.Key, out SignalRow? row))
                {
                    Deletes.Add(stamped.Row.Key);
                }
                else if (row != stamped.Row)
                {
                    Replacements.Add(row);
                }
            }
        }

        Inserts.AddRange(rows.Where(r => wanted.ContainsKey(r.Key)));
    }
}
