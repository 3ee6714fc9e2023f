using CryptoInsight.Domain.Quality;

namespace CryptoInsight.Sources.Leaderboard;

/// <summary>A Bronze row of a position to its Silver row, or why there is none. Pure.</summary>
public static class PositionParser
{
    /// <summary>The row, or its quarantine.</summary>
    public static (SilverPosition? Row, SilverVerdict.Quarantined? Why) Read(RawPosition raw)
    {
        ArgumentNullException.ThrowIfNull(raw);
        if (raw.UpdateTs is not { } updateTs)
        {
            return No("time_unreadable", "The position has no updateTimeStamp in Unix milliseconds.");
        }

        if (!Symbol.TryParse(raw.Symbol, out Symbol symbol))
        {
            return No("symbol_unreadable", "The position's symbol is none: 1 to 32 letters and digits are.");
        }

        if (!LeaderboardAccount.IsUid(raw.Uid))
        {
            return No("uid_unreadable", "The row's uid is none: 1 to 64 letters and digits are.");
        }

        PositionNumbers n = raw.Numbers;
        if (n is not { EntryPrice: { } entry, MarkPrice: { } mark, Amount: { } amount })
        {
            return No("number_missing", "The position lacks a number that can be read among entryPrice, markPrice and amount.");
        }

        var row = new SilverPosition(
            raw.Source, raw.EndpointName, raw.AccountLabel, raw.Uid, symbol, entry, mark, n.Pnl, n.Roe, amount, n.Leverage, raw.Yellow, raw.TradeBefore, updateTs, raw.IngestTime);
        SilverVerdict.Quarantined? broken = PositionExpectation.Judge(row);
        return broken is null ? (row, null) : (null, broken);
    }

    private static (SilverPosition? Row, SilverVerdict.Quarantined? Why) No(string code, string message) => (null, new SilverVerdict.Quarantined(code, message));
}
