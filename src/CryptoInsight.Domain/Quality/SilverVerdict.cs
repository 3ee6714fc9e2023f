namespace CryptoInsight.Domain.Quality;

/// <summary>What becomes of one Bronze row: exactly one of these (INV-1).</summary>
public abstract record SilverVerdict
{
    private SilverVerdict()
    {
    }

    /// <summary>The row becomes the Silver row of its key.</summary>
    public static SilverVerdict Accept { get; } = new Accepted();

    /// <summary>A greater row of the key is there already (INV-3).</summary>
    public static SilverVerdict Supersede { get; } = new Superseded();

    /// <summary>The same row is there already, equal in every column.</summary>
    public static SilverVerdict LeaveUnchanged { get; } = new Unchanged();

    /// <summary>The row becomes the Silver row of its key.</summary>
    public sealed record Accepted : SilverVerdict;

    /// <summary>A greater row of the key is there already (INV-3).</summary>
    public sealed record Superseded : SilverVerdict;

    /// <summary>The same row is there already, equal in every column.</summary>
    public sealed record Unchanged : SilverVerdict;

    /// <summary>The row cannot be read or breaks a rule: it goes to the dead-letter table.</summary>
    /// <param name="Code">Why, as a stable name.</param>
    /// <param name="Message">Why, as a sentence; nothing of the row's own text is in it.</param>
    public sealed record Quarantined(string Code, string Message) : SilverVerdict;

    /// <summary>One answer per case.</summary>
    public T Match<T>(Func<Accepted, T> accepted, Func<Superseded, T> superseded, Func<Unchanged, T> unchanged, Func<Quarantined, T> quarantined)
    {
        ArgumentNullException.ThrowIfNull(accepted);
        ArgumentNullException.ThrowIfNull(superseded);
        ArgumentNullException.ThrowIfNull(unchanged);
        ArgumentNullException.ThrowIfNull(quarantined);
        return this switch
        {
            Accepted a => accepted(a),
            Superseded s => superseded(s),
            Unchanged u => unchanged(u),
            Quarantined q => quarantined(q),
            _ => throw new InvalidOperationException("SilverVerdict is closed."),
        };
    }
}
