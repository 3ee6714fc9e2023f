using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Budget;

/// <summary>What became of a request, as far as the budget cares.</summary>
public abstract record WeightFeedback
{
    private WeightFeedback()
    {
    }

    /// <summary>Calls the function of the case that this is.</summary>
    public T Match<T>(Func<Answered, T> answered, Func<Throttled, T> throttled, Func<Banned, T> banned, Func<Lost, T> lost)
    {
        ArgumentNullException.ThrowIfNull(answered);
        ArgumentNullException.ThrowIfNull(throttled);
        ArgumentNullException.ThrowIfNull(banned);
        ArgumentNullException.ThrowIfNull(lost);
        return this switch
        {
            Answered a => answered(a),
            Throttled t => throttled(t),
            Banned b => banned(b),
            _ => lost((Lost)this),
        };
    }

    /// <summary>The exchange answered.</summary>
    /// <param name="UsedWeight">The weight used in this minute by this IP, by the header, or null if it did not say.</param>
    public sealed record Answered(int? UsedWeight) : WeightFeedback;

    /// <summary>429: stop, and go on later.</summary>
    /// <param name="Pause">How long, jitter included.</param>
    public sealed record Throttled(TimeSpan Pause) : WeightFeedback;

    /// <summary>418: this IP is banned.</summary>
    /// <param name="Until">When the ban ends, jitter included.</param>
    public sealed record Banned(UnixMicros Until) : WeightFeedback;

    /// <summary>No answer came: the exchange may have counted the request or not.</summary>
    public sealed record Lost : WeightFeedback;
}
