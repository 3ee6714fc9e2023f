namespace CryptoInsight.Sources.Files;

/// <summary>The answer of an inspection: facts, or why the file cannot be replayed.</summary>
public abstract record KlineFileInspection
{
    private KlineFileInspection()
    {
    }

    /// <summary>Calls the function of the case that this is.</summary>
    public T Match<T>(Func<Readable, T> readable, Func<Refused, T> refused)
    {
        ArgumentNullException.ThrowIfNull(readable);
        ArgumentNullException.ThrowIfNull(refused);
        return this is Readable r ? readable(r) : refused((Refused)this);
    }

    /// <summary>The file holds candles.</summary>
    public sealed record Readable(KlineFileFacts Facts) : KlineFileInspection;

    /// <summary>The file cannot be used as it is.</summary>
    /// <param name="Reason">The kind of reason.</param>
    /// <param name="Message">What is wrong, where, and what to do.</param>
    public sealed record Refused(KlineFileRefusal Reason, string Message) : KlineFileInspection;
}
