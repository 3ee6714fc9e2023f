using System.Runtime.CompilerServices;
using CryptoInsight.Sources.Http;

namespace CryptoInsight.Sources.Polling;

/// <summary>Asks one thing again and again at its rhythm: an answer sets the next time, faults back off, a refusal ends it.</summary>
/// <param name="ask">One request.</param>
/// <param name="seed">Spreads pauses, so that many nodes do not come back at once.</param>
public sealed class SourcePoll<TRow>(Func<CancellationToken, Task<FetchOutcome<IReadOnlyList<TRow>>>> ask, PollRhythm rhythm, int seed, TimeProvider time)
{
    /// <summary>The code of an answer that cannot be read, among the dead letters.</summary>
    public const string UnreadableAnswer = "unreadable_answer";

    private const double JitterMax = 0.1;

    private readonly Random _random = new(seed);

    /// <summary>Polls until it is refused or cancelled; the next request is only sent when the one before was taken.</summary>
    /// <param name="lastAnswer">When the source last answered, as the tables say it.</param>
    public async IAsyncEnumerable<PollEvent<TRow>> RunAsync(UnixMicros? lastAnswer, [EnumeratorCancellation] CancellationToken ct)
    {
        UnixMicros due = rhythm.First(lastAnswer, Now);
        int faults = 0;
        while (true)
        {
            if (!await WaitAsync(due, ct).ConfigureAwait(false))
            {
                yield break;
            }

            FetchOutcome<IReadOnlyList<TRow>> outcome = await ask(ct).ConfigureAwait(false);
            UnixMicros now = Now;
            faults = outcome is FetchOutcome<IReadOnlyList<TRow>>.Answered ? 0 : faults + 1;
            UnixMicros again = now + Spread(rhythm.Backoff(Math.Max(1, faults)));
            PollEvent<TRow> told = outcome.Match<PollEvent<TRow>>(
                answered => new PollEvent<TRow>.Fetched(answered.Value, answered.At),
                throttled => new PollEvent<TRow>.Delayed($"it asks for less ({throttled.Text})", now, UnixMicros.Max(again, now + Spread(throttled.RetryAfter))),
                refused => new PollEvent<TRow>.Rejected($"http_{refused.Status}", refused.Text, refused.PayloadJson, now, null),
                unreadable => new PollEvent<TRow>.Rejected(UnreadableAnswer, unreadable.Why, unreadable.PayloadJson, now, again),
                transient => new PollEvent<TRow>.Delayed(transient.Why, now, again));
            yield return told;
            UnixMicros? next = told.Match<UnixMicros?>(fetched => fetched.At + rhythm.Every, delayed => delayed.Until, rejected => rejected.Until);
            if (next is not { } at)
            {
                yield break;
            }

            due = at;
        }
    }

    private UnixMicros Now => UnixMicros.From(time.GetUtcNow());

    private TimeSpan Spread(TimeSpan pause) => pause * (1 + (_random.NextDouble() * JitterMax));

    private async Task<bool> WaitAsync(UnixMicros due, CancellationToken ct)
    {
        try
        {
            for (long left = due - Now; left > 0; left = due - Now)
            {
                await Task.Delay(TimeSpan.FromMicroseconds(left) + TimeSpan.FromMilliseconds(1), time, ct).ConfigureAwait(false);
            }

            return !ct.IsCancellationRequested;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
