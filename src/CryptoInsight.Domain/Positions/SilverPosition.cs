using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Positions;

/// <summary>One judged futures position of a top trader with its provenance: a row of <c>silver_futures_positions</c>.</summary>
/// <param name="Source">Who gave it.</param>
/// <param name="EndpointName">Which question it answers.</param>
/// <param name="AccountLabel">What we call the account.</param>
/// <param name="Uid">The account.</param>
/// <param name="Symbol">The instrument.</param>
/// <param name="EntryPrice">Mean price of entry.</param>
/// <param name="MarkPrice">The instrument's mark price when it was asked for.</param>
/// <param name="Pnl">Unrealised profit or loss in the quote currency, where told.</param>
/// <param name="Roe">Return on the margin, 0.2 is 20 %, where told.</param>
/// <param name="Amount">Size in the base currency; negative: short.</param>
/// <param name="Leverage">Times the margin, where told.</param>
/// <param name="Yellow">A flag of the leaderboard's own.</param>
/// <param name="TradeBefore">A flag of the leaderboard's own.</param>
/// <param name="UpdateTs">When the position last changed, Unix milliseconds.</param>
/// <param name="IngestTime">When the bytes arrived.</param>
public sealed record SilverPosition(
    string Source,
    string EndpointName,
    string AccountLabel,
    string Uid,
    Symbol Symbol,
    double EntryPrice,
    double MarkPrice,
    double? Pnl,
    double? Roe,
    double Amount,
    double? Leverage,
    bool? Yellow,
    bool? TradeBefore,
    long UpdateTs,
    UnixMicros IngestTime)
{
    /// <summary>What makes the row itself: <c>pos|uid|symbol|update_ts</c>.</summary>
    public string UniqueKey => RawPosition.KeyOf(Uid, Symbol.Code, UpdateTs);

    /// <summary>When the position last changed.</summary>
    public UnixMicros EventTime => UnixMicros.FromMilliseconds(UpdateTs);

    /// <summary>The size in the quote currency at the mark price, never negative.</summary>
    public double Notional => Math.Abs(Amount) * MarkPrice;

    /// <summary>True if the position gains when the price rises.</summary>
    public bool IsLong => Amount >= 0;
}
