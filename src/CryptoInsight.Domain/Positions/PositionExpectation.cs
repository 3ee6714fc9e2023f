using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Quality;

namespace CryptoInsight.Domain.Positions;

/// <summary>The rules of <c>silver_futures_positions</c>: finite numbers of a possible size, prices that are none below zero, a plausible time that is not to come.</summary>
public static class PositionExpectation
{
    /// <summary>The greatest magnitude of a number of a position, and of its notional.</summary>
    public const double MagnitudeMax = Candle.MagnitudeMax;

    /// <summary>Quarantine with code and message, or null if the position keeps the rules.</summary>
    public static SilverVerdict.Quarantined? Judge(SilverPosition p)
    {
        ArgumentNullException.ThrowIfNull(p);
        double[] numbers = [p.EntryPrice, p.MarkPrice, p.Amount, p.Pnl ?? 0, p.Roe ?? 0, p.Leverage ?? 0];
        return !Array.TrueForAll(numbers, double.IsFinite) ? new SilverVerdict.Quarantined("not_finite", "A number of the position is not finite.")
            : Array.Exists(numbers, x => Math.Abs(x) > MagnitudeMax) || p.Notional > MagnitudeMax
                ? new SilverVerdict.Quarantined("out_of_range", $"A number of the position, or amount times mark price, is beyond {MagnitudeMax:0e0}.")
            : p.EntryPrice < 0 || p.MarkPrice < 0 ? new SilverVerdict.Quarantined("price_negative", "A price of the position is below zero.")
            : p.Leverage < 0 ? new SilverVerdict.Quarantined("leverage_negative", "The position's leverage is below zero.")
            : !p.EventTime.IsPlausible ? new SilverVerdict.Quarantined("time_implausible", $"Update time {p.EventTime} cannot be a position's.")
            : p.EventTime > p.IngestTime + ExpectationSet.ClockErrorMax
                ? new SilverVerdict.Quarantined("update_after_ingest", $"Update time {p.EventTime} is after the answer itself ({p.IngestTime}).")
                : null;
    }
}
