using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Signals;

/// <summary>One net row change of a symbol between two versions of Silver.</summary>
/// <remarks>Changes are set operations: a <see cref="Put"/> of an equal candle and a <see cref="Drop"/> of an absent one change nothing; of two changes of one key the later wins.</remarks>
public abstract record CandleChange
{
    private CandleChange(Interval interval, UnixMicros openTime)
    {
        ArgumentNullException.ThrowIfNull(interval);
        Interval = interval;
        OpenTime = openTime;
    }

    /// <summary>The interval of the candle.</summary>
    public Interval Interval { get; }

    /// <summary>The open time of the candle.</summary>
    public UnixMicros OpenTime { get; }

    /// <summary>The candle is there now, whether it was before or not.</summary>
    public sealed record Put(Interval Interval, Candle Candle) : CandleChange(Interval, Candle.OpenTime);

    /// <summary>The candle is not there any more.</summary>
    public sealed record Drop(Interval Interval, UnixMicros OpenTime) : CandleChange(Interval, OpenTime);

    /// <summary>One answer per case.</summary>
    public T Match<T>(Func<Put, T> put, Func<Drop, T> drop)
    {
        ArgumentNullException.ThrowIfNull(put);
        ArgumentNullException.ThrowIfNull(drop);
        return this switch
        {
            Put p => put(p),
            Drop d => drop(d),
            _ => throw new InvalidOperationException("CandleChange is closed."),
        };
    }
}
