using System.Diagnostics.CodeAnalysis;
using CryptoInsight.Domain.Market;
using CryptoInsight.PaperExchange.Market;

namespace CryptoInsight.PaperExchange.Streams;

/// <summary>A candle stream: <c>btcusdt@kline_1m</c>, or <c>btcusdt@kline_1d@+08:00</c> with days of another time zone.</summary>
internal sealed record StreamName(string Text, ISeries Series, Interval Interval, long Offset)
{
    /// <summary>Reads a name; false if there is no such stream (the exchange then accepts it and stays silent).</summary>
    public static bool TryParse(string text, Venue venue, [NotNullWhen(true)] out StreamName? name)
    {
        name = null;
        string[] parts = text.Split('@');
        const string Prefix = "kline_";
        if (parts.Length is < 2 or > 3
            || parts[0].Any(char.IsAsciiLetterUpper)
            || !parts[1].StartsWith(Prefix, StringComparison.Ordinal)
            || !venue.TryFind(parts[0].ToUpperInvariant(), out ISeries? series)
            || !Interval.TryParse(parts[1][Prefix.Length..], out Interval? interval)
            || !series.Serves(interval))
        {
            return false;
        }

        long offset = 0;
        if (parts.Length == 3)
        {
            // The exchange offers this one offset only.
            if (parts[2] != "+08:00")
            {
                return false;
            }

            offset = 8 * 3_600 * UnixMicros.PerSecond;
        }

        name = new StreamName(text, series, interval, offset);
        return true;
    }
}
