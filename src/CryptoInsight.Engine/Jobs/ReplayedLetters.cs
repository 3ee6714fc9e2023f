using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Lake.DeadLetters;
using CryptoInsight.Lake.Silver;

namespace CryptoInsight.Engine.Jobs;

/// <summary>Merges every letter that was replayed once more: a RESTORE of Silver takes such rows out, and no position brings them back. Idempotent.</summary>
internal sealed class ReplayedLetters(LakeTables lake, BronzeJudge judge)
{
    public async Task MergeAgainAsync(SilverWriter silver, CancellationToken ct)
    {
        Snapshot letters = lake.DeadLetters.Table.Snapshot;
        if (letters.RowCount == 0)
        {
            return;
        }

        await foreach (IReadOnlyList<DeadLetter> some in lake.DeadLetters.ReadAsync(letters, Predicate.Equal("state", DeadLetter.Replayed), ct).ConfigureAwait(false))
        {
            IReadOnlyList<(DeadLetter Letter, BronzeEntry Entry)> rows = await LetterEntries.OfAsync(lake.Bronze, some, ct).ConfigureAwait(false);
            Judgement accepted = judge.Judge([.. rows.Select(r => r.Entry)], "", static (_, _) => EarlierVerdict.Accepted);
            (CommitOutcome outcome, _) = await silver.MergeAsync(accepted.Candidates, [], ct).ConfigureAwait(false);
            _ = outcome.Match(
                committed => committed.Version,
                nothing => nothing.Version,
                superseded => throw new IOException($"{SilverChartsTable.Name} moved while replayed rows were merged again: {superseded.Why} The job starts again."),
                conflict => throw new IOException($"{SilverChartsTable.Name} moved while replayed rows were merged again: {conflict.Why} The job starts again."));
        }
    }
}
