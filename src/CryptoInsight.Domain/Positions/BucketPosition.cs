using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Positions;

/// <summary>One account's last position in a bucket: an element of <c>positions</c> in <c>gold_price_positions_4h</c>.</summary>
/// <param name="AccountLabel">What we call the account.</param>
/// <param name="Uid">The account.</param>
/// <param name="Side"><c>LONG</c> if amount >= 0, else <c>SHORT</c>.</param>
/// <param name="EntryPrice">Mean price of entry.</param>
/// <param name="MarkPrice">Mark price.</param>
/// <param name="Amount">Size in the base currency; negative: short.</param>
/// <param name="Notional">abs(amount) * mark price.</param>
/// <param name="Roe">Return on the margin, where told.</param>
/// <param name="Pnl">Profit or loss, where told.</param>
/// <param name="PositionTime">When the position last changed.</param>
public sealed record BucketPosition(
    string AccountLabel, string Uid, string Side, double EntryPrice, double MarkPrice, double Amount, double Notional, double? Roe, double? Pnl, UnixMicros PositionTime)
{
    /// <summary>A position that gains when the price rises.</summary>
    public const string Long = "LONG";

    /// <summary>A position that gains when the price falls.</summary>
    public const string Short = "SHORT";

    /// <summary>The element of a Silver row.</summary>
    public static BucketPosition Of(SilverPosition p)
    {
        ArgumentNullException.ThrowIfNull(p);
        return new BucketPosition(p.AccountLabel, p.Uid, p.IsLong ? Long : Short, p.EntryPrice, p.MarkPrice, p.Amount, p.Notional, p.Roe, p.Pnl, p.EventTime);
    }
}
