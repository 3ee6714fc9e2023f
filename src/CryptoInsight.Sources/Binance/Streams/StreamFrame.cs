namespace CryptoInsight.Sources.Binance.Streams;

/// <summary>What one message of a stream says. A closed union.</summary>
public abstract record StreamFrame
{
    private StreamFrame()
    {
    }

    /// <summary>Calls the function of the case that this is.</summary>
    public T Match<T>(Func<Candle, T> candle, Func<Shutdown, T> shutdown, Func<Reply, T> reply, Func<Other, T> other, Func<Broken, T> broken)
    {
        ArgumentNullException.ThrowIfNull(candle);
        ArgumentNullException.ThrowIfNull(shutdown);
        ArgumentNullException.ThrowIfNull(reply);
        ArgumentNullException.ThrowIfNull(other);
        ArgumentNullException.ThrowIfNull(broken);
        return this switch
        {
            Candle c => candle(c),
            Shutdown s => shutdown(s),
            Reply r => reply(r),
            Other o => other(o),
            _ => broken((Broken)this),
        };
    }

    /// <summary>A candle, open or closed.</summary>
    /// <param name="Symbol">Whose, as the exchange writes it: not checked yet.</param>
    /// <param name="Interval">How long, as the exchange writes it: not checked yet.</param>
    /// <param name="OpenTime">When it opened.</param>
    /// <param name="IsClosed">True once: its values are final then.</param>
    /// <param name="EventTime">When the exchange said so, or null if it did not say when.</param>
    /// <param name="Close">The newest price, or null if it is no number.</param>
    /// <param name="RawJson">The candle's own object as it came; empty while the candle is open.</param>
    /// <param name="Rescued">What no schema knows, of the candle and of the event around it, or null.</param>
    public sealed record Candle(
        string Symbol, string Interval, UnixMicros OpenTime, bool IsClosed, UnixMicros? EventTime, double? Close, string RawJson, string? Rescued) : StreamFrame;

    /// <summary>The exchange will end this connection soon.</summary>
    public sealed record Shutdown : StreamFrame;

    /// <summary>An answer to something that was asked over the connection.</summary>
    /// <param name="Error">What was wrong, bounded and printable; null if nothing was.</param>
    public sealed record Reply(string? Error) : StreamFrame;

    /// <summary>An event that is not for us.</summary>
    /// <param name="Name">What it calls itself, bounded and printable.</param>
    public sealed record Other(string Name) : StreamFrame;

    /// <summary>No message that can be understood.</summary>
    /// <param name="Why">What is wrong, bounded and printable.</param>
    public sealed record Broken(string Why) : StreamFrame;
}
