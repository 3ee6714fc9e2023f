using CryptoInsight.Domain.Positions;
using CryptoInsight.Domain.Sentiment;

namespace CryptoInsight.Host.Api;

/// <summary>One day of the Fear and Greed index as the API writes it: times in milliseconds UTC, null where unknown.</summary>
public sealed record FearGreedDocument(long At, int Value, string Label, double Ma7, double Ma30, double? Z30, int? Change1d, int? Change7d, int StreakDays)
{
    public static FearGreedDocument Of(FearGreedDay day)
    {
        ArgumentNullException.ThrowIfNull(day);
        return new FearGreedDocument(day.Time.Milliseconds, day.Value, day.ValueClass, day.Ma7, day.Ma30, day.Z30, day.D1Change, day.D7Change, day.StreakDays);
    }
}

/// <summary>The index: the newest day, and the days before it, ascending.</summary>
public sealed record SentimentDocument(FearGreedDocument? Latest, IReadOnlyList<FearGreedDocument> Days);

/// <summary>The newest position of one account and symbol.</summary>
/// <param name="Roe">Return on the margin; 0.2 is 20 %.</param>
/// <param name="ChangedAt">When the position last changed.</param>
public sealed record PositionDocument(
    string Uid, string Account, string Symbol, string Side, double Amount, double Notional, double EntryPrice, double MarkPrice, double? Pnl, double? Roe, double? Leverage, long ChangedAt, long UpdatedAt)
{
    public static PositionDocument Of(Lake.Positions.StampedSummary stamped)
    {
        ArgumentNullException.ThrowIfNull(stamped);
        PositionSummary p = stamped.Row;
        return new PositionDocument(
            p.Uid, p.AccountLabel, p.Symbol.Code, p.Amount >= 0 ? BucketPosition.Long : BucketPosition.Short, p.Amount, Math.Abs(p.Amount) * p.MarkPrice, p.EntryPrice, p.MarkPrice,
            p.Pnl, p.Roe, p.Leverage, p.EventTime.Milliseconds, stamped.UpdatedAt.Milliseconds);
    }
}

/// <summary>The newest positions, the largest first.</summary>
public sealed record PositionsDocument(IReadOnlyList<PositionDocument> Positions);
