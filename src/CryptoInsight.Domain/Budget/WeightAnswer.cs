using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Budget;

/// <summary>The budget's answer to one wish.</summary>
public abstract record WeightAnswer
{
    private WeightAnswer()
    {
    }

    /// <summary>Calls the function of the case that this is.</summary>
    public T Match<T>(Func<Granted, T> granted, Func<WaitUntil, T> waitUntil, Func<NeverFits, T> neverFits)
    {
        ArgumentNullException.ThrowIfNull(granted);
        ArgumentNullException.ThrowIfNull(waitUntil);
        ArgumentNullException.ThrowIfNull(neverFits);
        return this switch
        {
            Granted g => granted(g),
            WaitUntil w => waitUntil(w),
            _ => neverFits((NeverFits)this),
        };
    }

    /// <summary>The request may go now.</summary>
    /// <param name="Lease">What must be given back.</param>
    public sealed record Granted(WeightLease Lease) : WeightAnswer;

    /// <summary>Ask again then, or when a lease came back.</summary>
    /// <param name="Until">The earliest instant at which the answer can be another by itself.</param>
    /// <param name="Why">What it waits for.</param>
    public sealed record WaitUntil(UnixMicros Until, WeightWait Why) : WeightAnswer;

    /// <summary>The wish is dearer than a whole minute.</summary>
    /// <param name="UsablePerMinute">What a minute has.</param>
    public sealed record NeverFits(int UsablePerMinute) : WeightAnswer;
}
