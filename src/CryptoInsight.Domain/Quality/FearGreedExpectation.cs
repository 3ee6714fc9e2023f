using CryptoInsight.Domain.Signals;

namespace CryptoInsight.Domain.Quality;

/// <summary>The rules of <c>silver_fear_greed</c>: a value from 0 to 100 at a plausible instant.</summary>
public static class FearGreedExpectation
{
    /// <summary>The least value.</summary>
    public const int ValueMin = 0;

    /// <summary>The greatest value.</summary>
    public const int ValueMax = 100;

    /// <summary>Quarantine with code and message, or null if the point keeps the rules.</summary>
    public static SilverVerdict.Quarantined? Judge(FearGreedPoint point)
    {
        ArgumentNullException.ThrowIfNull(point);
        return !point.Time.IsPlausible ? new SilverVerdict.Quarantined("time_implausible", $"Time {point.Time} cannot be the index's.")
            : point.Value is < ValueMin or > ValueMax
                ? new SilverVerdict.Quarantined("index_out_of_range", $"Index value {point.Value} at {point.Time} is not between {ValueMin} and {ValueMax}.")
                : null;
    }
}
