using CryptoInsight.Delta.Log;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine.Symbols;
using CryptoInsight.Lake.Gold;

namespace CryptoInsight.Engine.Jobs;

/// <summary>Gold as it is against Gold as it should be, group of symbols by group of symbols: what has to be written so that they are equal.</summary>
/// <remarks>Memory: the rows of a group of symbols, about as many as the bound on differences, and differences up to a bound; then they are handed over, to be written before the comparison goes on.
/// Groups cover the whole range of symbol names and do not overlap, so what is written for one says nothing about the next, and rows of symbols that Silver does not hold any more are found and deleted.</remarks>
/// <param name="rowsMax">Differences to hold before they are handed over.</param>
/// <param name="tooMany">Writes what is held; returns why the comparison must end, or null.</param>
internal sealed class GoldComparison(GoldSignalsTable gold, Snapshot there, ISymbols symbols, int rowsMax, Func<GoldComparison, Task<string?>> tooMany)
{
    /// <summary>A symbol with three timeframes and a year of minutes is about 130,000 rows, 40 MB; many small ones are asked together, for every group is a scan.</summary>
    private const int SymbolsPerGroupMax = 16;

    /// <summary>Rows that Gold lacks, proven.</summary>
    public List<SignalRow> Inserts { get; } = [];

    /// <summary>Rows that differ from the row of the same key.</summary>
    public List<SignalRow> Replacements { get; } = [];

    public List<SignalKey> Deletes { get; } = [];

    /// <summary>Rows computed.</summary>
    public long RowsCompared { get; private set; }

    /// <summary>Differences held now.</summary>
    public int RowsHeld => Inserts.Count + Replacements.Count + Deletes.Count;

    /// <summary>What was held is written.</summary>
    public void Written()
    {
        Inserts.Clear();
        Replacements.Clear();
        Deletes.Clear();
    }

    /// <summary>Compares everything at a position; returns why it cannot, or null.</summary>
    public async Task<string?> RunAsync(IEnumerable<Symbol> known, SignalPosition at, CancellationToken ct)
    {
        Symbol[] all = [.. known.Order()];
        long rowsPerSymbol = Math.Max(1, (there.RowCount ?? 0) / Math.Max(1, all.Length));
        Symbol[][] groups = [.. all.Chunk((int)Math.Clamp(rowsMax / rowsPerSymbol, 1, SymbolsPerGroupMax))];
        for (int i = 0; i < groups.Length; i++)
        {
            SymbolAnswers answers = await symbols.AskAllAsync(groups[i], at, ct).ConfigureAwait(false);
            if (answers.Lost is { } lost)
            {
                return lost;
            }

            await CompareAsync(answers.Delta.Upserts, i == 0 ? null : groups[i][0], i + 1 < groups.Length ? groups[i + 1][0] : null, ct).ConfigureAwait(false);
            if (RowsHeld > rowsMax && i + 1 < groups.Length && await tooMany(this).ConfigureAwait(false) is { } ended)
            {
                return ended;
            }
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
