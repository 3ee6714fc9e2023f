using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Domain.Market;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Lake.DeadLetters;

namespace CryptoInsight.Engine.Jobs;

/// <summary>From dead letters back to the Bronze rows that they are of, proven by the letter's id, which is a hash of the row.</summary>
internal static class LetterEntries
{
    /// <summary>The letters whose rows can be had; letters of refused requests have none.</summary>
    public static async Task<IReadOnlyList<(DeadLetter Letter, BronzeEntry Entry)>> OfAsync(BronzeChartsTable bronze, IReadOnlyList<DeadLetter> letters, CancellationToken ct)
    {
        var found = new List<(DeadLetter, BronzeEntry)>(letters.Count);
        var missing = new Dictionary<string, DeadLetter>(StringComparer.Ordinal);
        foreach (DeadLetter letter in letters.Where(l => !l.IsOfRequest))
        {
            if (ByKey(letter) is { } entry)
            {
                found.Add((letter, entry));
            }
            else
            {
                missing[letter.DlqId] = letter;
            }
        }

        if (missing.Count > 0)
        {
            Snapshot snapshot = await bronze.Table.RefreshAsync(ct).ConfigureAwait(false);
            foreach (IGrouping<int, DeadLetter> day in missing.Values.GroupBy(l => l.Day).ToList())
            {
                await LookUpAsync(bronze, snapshot, day, missing, found, ct).ConfigureAwait(false);
            }
        }

        return found;
    }

    /// <summary>A letter with a key says everything that its row said.</summary>
    private static BronzeEntry.Readable? ByKey(DeadLetter letter)
    {
        string[] parts = letter.UniqueKey?.Split('|') ?? [];
        if (parts.Length != 3 || !Symbol.TryParse(parts[0], out Symbol symbol) || !Interval.TryParse(parts[1], out Interval? interval))
        {
            return null;
        }

        var entry = new BronzeEntry.Readable(new RawCandle(
            letter.Source, symbol, interval, letter.EventTime, letter.IngestTime, letter.PayloadJson, "", "", letter.IngestRunId, null));
        return DeadLetter.Of(entry, "", "", "").DlqId == letter.DlqId ? entry : null;
    }

    /// <summary>A letter without a key does not say its symbol: Bronze does, in the same partition.</summary>
    private static async Task LookUpAsync(
        BronzeChartsTable bronze, Snapshot snapshot, IGrouping<int, DeadLetter> day, Dictionary<string, DeadLetter> missing, List<(DeadLetter, BronzeEntry)> found, CancellationToken ct)
    {
        Predicate where = Predicate.All(
            Predicate.Equal("dt", (long)day.Key),
            Predicate.Between("ingest_time", day.Min(l => l.IngestTime.Value), day.Max(l => l.IngestTime.Value)));
        await foreach (IReadOnlyList<BronzeEntry> some in bronze.ReadAsync(snapshot, where, ct).ConfigureAwait(false))
        {
            foreach (BronzeEntry entry in some)
            {
                if (missing.Remove(DeadLetter.Of(entry, "", "", "").DlqId, out DeadLetter? letter))
                {
                    found.Add((letter, entry));
                }
            }
        }
    }
}
