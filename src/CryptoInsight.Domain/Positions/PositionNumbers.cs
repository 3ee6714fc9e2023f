namespace CryptoInsight.Domain.Positions;

/// <summary>A position's numbers as the leaderboard gives them; null where none could be read.</summary>
/// <param name="EntryPrice">Mean price of entry.</param>
/// <param name="MarkPrice">The instrument's mark price then.</param>
/// <param name="Pnl">Profit or loss, unrealised, in the quote currency.</param>
/// <param name="Roe">Return on the margin, 0.2 is 20 %.</param>
/// <param name="Amount">Size in the base currency; negative: short.</param>
/// <param name="Leverage">Times the margin.</param>
public readonly record struct PositionNumbers(double? EntryPrice, double? MarkPrice, double? Pnl, double? Roe, double? Amount, double? Leverage);
