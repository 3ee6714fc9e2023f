namespace CryptoInsight.Sources.Polling;

/// <summary>What a poll tells. A closed union.</summary>
public abstract record PollEvent<TRow>
{
    private PollEvent()
    {
    }

    /// <summary>The source answered.</summary>
    public sealed record Fetched(IReadOnlyList<TRow> Rows, UnixMicros At) : PollEvent<TRow>;

    /// <summary>No answer this time; it is asked again.</summary>
    public sealed record Delayed(string Why, UnixMicros At, UnixMicros Until) : PollEvent<TRow>;

    /// <summary>An answer that belongs into the dead letters; it is asked again if there is an <paramref name="Until"/>, else never by this run.</summary>
    public sealed record Rejected(string Code, string Why, string PayloadJson, UnixMicros At, UnixMicros? Until) : PollEvent<TRow>;

    public T Match<T>(Func<Fetched, T> fetched, Func<Delayed, T> delayed, Func<Rejected, T> rejected)
    {
        ArgumentNullException.ThrowIfNull(fetched);
        ArgumentNullException.ThrowIfNull(delayed);
        ArgumentNullException.ThrowIfNull(rejected);
        return this switch
        {
            Fetched f => fetched(f),
            Delayed d => delayed(d),
            Rejected r => rejected(r),
            _ => throw new InvalidOperationException("The union is closed."),
        };
    }
}
