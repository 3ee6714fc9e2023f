using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Log;
using CryptoInsight.Domain.Market;
using CryptoInsight.Lake.Silver;

namespace CryptoInsight.Engine.Jobs;

/// <summary>The net row changes between two versions of Silver from the rows themselves, where no change feed tells them.</summary>
/// <remarks>Reads only the files that the two versions do not share as they are. Memory: one entry per row of those files.</remarks>
internal static class VersionDifference
{
    /// <summary>Every key whose candle differs: its candle in <paramref name="to"/>, or null if it is gone.</summary>
    public static async Task<IReadOnlyDictionary<CandleKey, Candle?>> BetweenAsync(SilverChartsTable silver, Snapshot from, Snapshot to, CancellationToken ct)
    {
        var before = new Dictionary<CandleKey, Candle>();
        await foreach (IReadOnlyList<SilverCandle> rows in silver.ReadFilesAsync(from, OnlyIn(from, to), ct).ConfigureAwait(false))
        {
            foreach (SilverCandle row in rows)
            {
                before[row.Key] = row.Candle;
            }
        }

        var changed = new Dictionary<CandleKey, Candle?>();
        await foreach (IReadOnlyList<SilverCandle> rows in silver.ReadFilesAsync(to, OnlyIn(to, from), ct).ConfigureAwait(false))
        {
            foreach (SilverCandle row in rows)
            {
                if (!before.Remove(row.Key, out Candle old) || old != row.Candle)
                {
                    changed[row.Key] = row.Candle;
                }
            }
        }

        foreach (CandleKey gone in before.Keys)
        {
            changed.TryAdd(gone, null);
        }

        return changed;
    }

    private static IEnumerable<AddFile> OnlyIn(Snapshot one, Snapshot other) =>
        one.Files.Where(f => other.FindFile(f.Path) is not { } same || !Equals(same.DeletionVector, f.DeletionVector));
}
