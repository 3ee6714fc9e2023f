using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Positions;

/// <summary>The newest position of one account and symbol: a row of <c>gold_futures_positions_summary</c> but for its <c>updated_at</c>.</summary>
public sealed record PositionSummary(
    string Uid,
    string AccountLabel,
    Symbol Symbol,
    double EntryPrice,
    double MarkPrice,
    double? Pnl,
    double? Roe,
    double Amount,
    double? Leverage,
    UnixMicros EventTime)
{
    /// <summary>One row per (uid, symbol): that of the newest update.</summary>
    /// <remarks>Two Silver rows of one account and symbol differ in their update time (it is part of their key), so the newest is one row.</remarks>
    public static IReadOnlyList<PositionSummary> Of(IEnumerable<SilverPosition> positions)
    {
        ArgumentNullException.ThrowIfNull(positions);
        var newest = new Dictionary<(string Uid, Symbol Symbol), SilverPosition>();
        foreach (SilverPosition p in positions)
        {
            if (!newest.TryGetValue((p.Uid, p.Symbol), out SilverPosition? held) || p.UpdateTs > held.UpdateTs)
            {
                newest[(p.Uid, p.Symbol)] = p;
            }
        }

        return
        [
            .. newest.Values.OrderBy(p => p.Uid, StringComparer.Ordinal).ThenBy(p => p.Symbol).Select(p => new PositionSummary(
                p.Uid, p.AccountLabel, p.Symbol, p.EntryPrice, p.MarkPrice, p.Pnl, p.Roe, p.Amount, p.Leverage, p.EventTime)),
        ];
    }
}
