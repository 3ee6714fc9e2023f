namespace CryptoInsight.Sources.Binance;

/// <summary>What became of one raw candle: a candle, or the reason why it is none.</summary>
public abstract record KlineReading
{
    private KlineReading()
    {
    }

    /// <summary>Calls the function of the case that this is.</summary>
    public T Match<T>(Func<Parsed, T> parsed, Func<Faulty, T> faulty)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        ArgumentNullException.ThrowIfNull(faulty);
        return this is Parsed p ? parsed(p) : faulty((Faulty)this);
    }

    /// <summary>The row is a candle; <paramref name="Extra"/> holds one value per extra column of the schema (null, string, long, int, double, bool or <see cref="UnixMicros"/>).</summary>
    public sealed record Parsed(SilverCandle Candle, IReadOnlyList<object?> Extra) : KlineReading;

    /// <summary>The row cannot be a candle.</summary>
    /// <param name="Code">One of <see cref="KlineFault"/>: stable, to be counted.</param>
    /// <param name="Message">Which element, what was expected, what was seen (bounded, printable).</param>
    public sealed record Faulty(string Code, string Message) : KlineReading;
}
