namespace CryptoInsight.Sources.Polling;

/// <summary>When a source is asked again.</summary>
/// <param name="Every">After an answer; a restart keeps to it.</param>
/// <param name="BackoffMin">After the first fault; doubled with every further one.</param>
/// <param name="BackoffMax">The longest wait after a fault.</param>
public sealed record PollRhythm(TimeSpan Every, TimeSpan BackoffMin, TimeSpan BackoffMax)
{
    /// <summary>The index is published once a day: an answer is never asked for again within 24 hours.</summary>
    public static PollRhythm Daily { get; } = new(TimeSpan.FromHours(24), TimeSpan.FromMinutes(1), TimeSpan.FromHours(1));

    /// <summary>When to ask first, given the time of the last answer.</summary>
    /// <remarks>A time in the future (a clock was put back) counts as now, so that no wait is longer than <see cref="Every"/>.</remarks>
    public UnixMicros First(UnixMicros? lastAnswer, UnixMicros now) => lastAnswer is { } last ? UnixMicros.Min(last, now) + Every : now;

    /// <summary>The wait after the n-th fault in a row, n from 1.</summary>
    public TimeSpan Backoff(int faultsInARow) =>
        faultsInARow >= 30 || BackoffMin * Math.Pow(2, faultsInARow - 1) > BackoffMax ? BackoffMax : BackoffMin * Math.Pow(2, faultsInARow - 1);
}
