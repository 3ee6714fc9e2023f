using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Domain.Market;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Lake.DeadLetters;
using CryptoInsight.Lake.Silver;

namespace CryptoInsight.Engine.Jobs;

/// <summary><c>dlq replay</c>: judges refused rows again, by the rules and the wire schema of today and at their original ingest time; what passes goes into Silver first, then its letter is marked.</summary>
/// <remarks>Exactly once in effect: a crash between the two leaves a letter that is replayed again, and Silver then has the row already. It moves no position; a running job is superseded by its
/// commit and starts again from the tables.</remarks>
public sealed class DeadLetterReplay(LakeTables lake, BronzeJudge judge, string runId)
{
    private const int LettersPerCommitMax = 10_000;
    private const int AttemptsMax = 20; // a job that commits at the same time wins; it leaves gaps

    /// <summary>Replays every letter that is quarantined or was rejected before.</summary>
    /// <param name="errorCode">Only letters with this code; null: all.</param>
    /// <param name="ct">Stops between two commits.</param>
    public async Task<ReplayOutcome> RunAsync(string? errorCode, CancellationToken ct)
    {
        Snapshot letters = await lake.DeadLetters.Table.RefreshAsync(ct).ConfigureAwait(false);
        Predicate waiting = new Predicate.Compare("state", Comparison.NotEqual, DeadLetter.Replayed);
        Predicate where = errorCode is null ? waiting : Predicate.All(waiting, Predicate.Equal("error_code", errorCode));
        var total = new ReplayOutcome(0, 0, 0, 0);
        await foreach (IReadOnlyList<DeadLetter> some in lake.DeadLetters.ReadAsync(letters, where, ct).ConfigureAwait(false))
        {
            foreach (DeadLetter[] chunk in some.Chunk(LettersPerCommitMax))
            {
                ReplayOutcome one = await ReplayAsync(chunk, ct).ConfigureAwait(false);
                total = new ReplayOutcome(total.Replayed + one.Replayed, total.Rejected + one.Rejected, total.WithoutRow + one.WithoutRow, total.RowsWritten + one.RowsWritten);
            }
        }

        return total;
    }

    private async Task<ReplayOutcome> ReplayAsync(DeadLetter[] letters, CancellationToken ct)
    {
        IReadOnlyList<(DeadLetter Letter, BronzeEntry Entry)> rows = await LetterEntries.OfAsync(lake.Bronze, letters, ct).ConfigureAwait(false);
        long written = 0;
        for (int attempt = 1; ; attempt++)
        {
            Snapshot silver = await SilverColumns.EnsureAsync(lake.Silver, judge.Schema, ct).ConfigureAwait(false);
            BronzeJudge filling = judge.Filling(SilverChartsTable.ExtrasOf(silver));
            List<(string Id, int Day)> replayed = [], rejected = [];
            List<SilverCandle> candidates = [];
            foreach ((DeadLetter letter, BronzeEntry entry) in rows)
            {
                Judgement verdict = filling.Judge([entry], runId);
                candidates.AddRange(verdict.Candidates);
                (verdict.Candidates.Count == 1 ? replayed : rejected).Add((letter.DlqId, letter.Day));
            }

            (CommitOutcome outcome, SilverPlan plan) = await new SilverWriter(lake.Silver, silver).MergeAsync(candidates, [], ct).ConfigureAwait(false);
            string? refused = outcome.Match<string?>(_ => null, _ => null, superseded => superseded.Why, conflict => conflict.Why);
            if (refused is null)
            {
                written += plan.Inserts.Count + plan.Replacements.Count;
                await lake.DeadLetters.MarkAsync(replayed, DeadLetter.Replayed, ct).ConfigureAwait(false);
                await lake.DeadLetters.MarkAsync(rejected, DeadLetter.Rejected, ct).ConfigureAwait(false);
                return new ReplayOutcome(replayed.Count, rejected.Count, letters.Length - rows.Count, written);
            }

            if (attempt == AttemptsMax)
            {
                throw new IOException($"{SilverChartsTable.Name} was committed to {AttemptsMax} times while letters were replayed ({refused}). What was replayed so far is marked; pause {SilverJob.Id} and replay the rest.");
            }
        }
    }
}
