namespace CryptoInsight.Sources.Http;

/// <summary>What became of one request for a JSON document. A closed union.</summary>
public abstract record FetchOutcome<T>
{
    private FetchOutcome()
    {
    }

    /// <summary>The document came and could be read.</summary>
    public sealed record Answered(T Value, UnixMicros At) : FetchOutcome<T>;

    /// <summary>429: too much was asked.</summary>
    /// <param name="RetryAfter">How long to be silent.</param>
    /// <param name="Text">The publisher's words, bounded and printable.</param>
    public sealed record Throttled(TimeSpan RetryAfter, string Text) : FetchOutcome<T>;

    /// <summary>The publisher will not answer this: every 4xx that is no throttling, and redirects.</summary>
    /// <param name="PayloadJson">The body as JSON, bounded: evidence for the dead-letter table.</param>
    public sealed record Refused(int Status, string Text, string PayloadJson) : FetchOutcome<T>
    {
        /// <summary>True if nothing from here is answered (no access, restricted location), whatever is asked.</summary>
        public bool StopsSource => Status is 401 or 403 or 407 or 451 or (>= 300 and < 400);
    }

    /// <summary>200, but what came cannot be read: cut, of another type, in another form, too long.</summary>
    /// <param name="PayloadJson">The body as JSON, bounded: evidence for the dead-letter table.</param>
    public sealed record Unreadable(string Why, string PayloadJson) : FetchOutcome<T>;

    /// <summary>No answer, or a fault on the publisher's side: worth asking again.</summary>
    public sealed record Transient(string Why) : FetchOutcome<T>;

    /// <summary>One case per outcome.</summary>
    public TResult Match<TResult>(
        Func<Answered, TResult> answered, Func<Throttled, TResult> throttled, Func<Refused, TResult> refused, Func<Unreadable, TResult> unreadable, Func<Transient, TResult> transient)
    {
        ArgumentNullException.ThrowIfNull(answered);
        ArgumentNullException.ThrowIfNull(throttled);
        ArgumentNullException.ThrowIfNull(refused);
        ArgumentNullException.ThrowIfNull(unreadable);
        ArgumentNullException.ThrowIfNull(transient);
        return this switch
        {
            Answered a => answered(a),
            Throttled t => throttled(t),
            Refused r => refused(r),
            Unreadable u => unreadable(u),
            Transient t => transient(t),
            _ => throw new InvalidOperationException("The union is closed."),
        };
    }
}
