using CryptoInsight.Delta.Predicates;
using CryptoInsight.Domain.Market;
using CryptoInsight.Lake.DeadLetters;

namespace CryptoInsight.Engine.Jobs;

/// <summary>Lets go of dead letters that are older than the retention; Bronze keeps their rows.</summary>
public static class DeadLetterRetention
{
    /// <summary>Deletes the letters that arrived more than <paramref name="retention"/> before <paramref name="now"/>, never a newer one; returns how many.</summary>
    public static Task<long> RunAsync(DeadLetterTable letters, TimeSpan retention, UnixMicros now, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(letters);
        return letters.DeleteBeforeAsync(now - retention, ct);
    }

    /// <summary>How many letters <see cref="RunAsync"/> would delete.</summary>
    public static async Task<long> CountAsync(DeadLetterTable letters, TimeSpan retention, UnixMicros now, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(letters);
        var isOld = new Predicate.Compare("ingest_time", Comparison.Less, (now - retention).Value);
        long count = 0;
        await foreach (var _ in letters.StatesAsync(letters.Table.Snapshot, isOld, ct).ConfigureAwait(false))
        {
            count++;
        }

        return count;
    }
}
