using CryptoInsight.Domain.Budget;

namespace CryptoInsight.Sources.Binance;

/// <summary>What became of one request.</summary>
/// <remarks>What a handler does: Answered goes on; Throttled and Banned pause everything behind this IP; Refused is final for what was asked; Transient is asked again later.</remarks>
public abstract record RestOutcome<T>
{
    private RestOutcome(int? usedWeight) => UsedWeight = usedWeight;

    /// <summary>The weight used in this minute by this IP, as the answer says it, or null.</summary>
    public int? UsedWeight { get; }

    /// <summary>Calls the function of the case that this is.</summary>
    public TResult Match<TResult>(
        Func<Answered, TResult> answered,
        Func<Throttled, TResult> throttled,
        Func<Banned, TResult> banned,
        Func<Refused, TResult> refused,
        Func<Transient, TResult> transient)
    {
        ArgumentNullException.ThrowIfNull(answered);
        ArgumentNullException.ThrowIfNull(throttled);
        ArgumentNullException.ThrowIfNull(banned);
        ArgumentNullException.ThrowIfNull(refused);
        ArgumentNullException.ThrowIfNull(transient);
        return this switch
        {
            Answered a => answered(a),
            Throttled t => throttled(t),
            Banned b => banned(b),
            Refused r => refused(r),
            _ => transient((Transient)this),
        };
    }

    /// <summary>What a weight budget learns from it; <paramref name="jitter"/> is added to pauses, so that not everybody comes back at once.</summary>
    public WeightFeedback ToFeedback(TimeSpan jitter) => Match<WeightFeedback>(
        answered => new WeightFeedback.Answered(answered.UsedWeight),
        throttled => new WeightFeedback.Throttled(throttled.RetryAfter + jitter),
        banned => new WeightFeedback.Banned(banned.Until + jitter),
        refused => new WeightFeedback.Answered(refused.UsedWeight),
        transient => transient.UsedWeight is null ? new WeightFeedback.Lost() : new WeightFeedback.Answered(transient.UsedWeight));

    /// <summary>The exchange answered what was asked.</summary>
    public sealed record Answered(T Value, int? Used) : RestOutcome<T>(Used);

    /// <summary>429, or error -1003: too much was asked.</summary>
    /// <param name="RetryAfter">How long to be silent.</param>
    /// <param name="Text">The exchange's words, bounded and printable.</param>
    /// <param name="Used">The used weight.</param>
    public sealed record Throttled(TimeSpan RetryAfter, string Text, int? Used) : RestOutcome<T>(Used);

    /// <summary>418: this IP is banned.</summary>
    /// <param name="Until">Until when, by the exchange's clock.</param>
    /// <param name="Text">The exchange's words, bounded and printable.</param>
    /// <param name="Used">The used weight.</param>
    public sealed record Banned(UnixMicros Until, string Text, int? Used) : RestOutcome<T>(Used);

    /// <summary>The exchange will never answer this: 403, 451, and every other 4xx.</summary>
    /// <param name="Status">The HTTP status.</param>
    /// <param name="Code">The exchange's error code, or null.</param>
    /// <param name="Text">The exchange's words, bounded and printable.</param>
    /// <param name="Payload">The body, bounded: evidence for the dead-letter table.</param>
    /// <param name="Used">The used weight.</param>
    public sealed record Refused(int Status, int? Code, string Text, string Payload, int? Used) : RestOutcome<T>(Used)
    {
        /// <summary>True if everything from here is refused (no access, restricted location), not just this symbol.</summary>
        public bool StopsSource => Status is 401 or 403 or 407 or 451 or (>= 300 and < 400);
    }

    /// <summary>No answer, a broken one, or a fault on the exchange's side.</summary>
    /// <param name="Why">What happened.</param>
    /// <param name="Used">The used weight, if an answer came at all.</param>
    public sealed record Transient(string Why, int? Used) : RestOutcome<T>(Used);
}
