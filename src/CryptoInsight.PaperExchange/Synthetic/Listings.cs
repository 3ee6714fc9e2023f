using CryptoInsight.PaperExchange.Market;

namespace CryptoInsight.PaperExchange.Synthetic;

/// <summary>Which symbols there are: a dozen that resemble well-known ones, and any other name on request.</summary>
internal static class Listings
{
    private static readonly (string Code, double Tick, double Step, Temperament Temperament)[] s_known =
    [
        ("BTCUSDT", 1e-2, 1e-5, new(65_000, 1.00, 0.06, 1.9e9, 620, new(2017, 8, 17))),
        ("ETHUSDT", 1e-2, 1e-4, new(2_800, 1.15, 0.34, 1.3e9, 520, new(2017, 8, 17))),
        ("BNBUSDT", 1e-2, 1e-3, new(580, 0.85, 0.34, 2.6e8, 380, new(2017, 11, 6))),
        ("SOLUSDT", 1e-2, 1e-3, new(140, 1.35, 0.55, 5.5e8, 330, new(2020, 8, 11))),
        ("XRPUSDT", 1e-4, 1e-1, new(0.9, 1.00, 0.60, 5.0e8, 420, new(2018, 5, 4))),
        ("ADAUSDT", 1e-4, 1e-1, new(0.55, 1.15, 0.48, 1.1e8, 260, new(2018, 4, 17))),
        ("AVAXUSDT", 1e-2, 1e-2, new(28, 1.35, 0.58, 8.0e7, 210, new(2020, 9, 22))),
        ("LINKUSDT", 1e-2, 1e-2, new(15.5, 1.20, 0.52, 8.5e7, 240, new(2019, 1, 16))),
        ("DOGEUSDT", 1e-5, 1, new(0.16, 1.20, 0.68, 4.2e8, 300, new(2019, 7, 5))),
        ("DOTUSDT", 1e-3, 1e-2, new(6.2, 1.20, 0.48, 4.5e7, 190, new(2020, 8, 18))),
        ("NEARUSDT", 1e-3, 1e-1, new(4.4, 1.35, 0.60, 5.5e7, 170, new(2020, 10, 14))),
        ("FILUSDT", 1e-3, 1e-2, new(4.6, 1.25, 0.55, 4.0e7, 180, new(2020, 10, 15))),
    ];

    /// <summary>The symbols of an exchange that was not told which to have.</summary>
    public static IReadOnlyList<string> Default { get; } = [.. s_known.Select(k => k.Code)];

    /// <summary>The grid and the character of any symbol; names that are not known get theirs from the seed.</summary>
    public static (Instrument Instrument, Temperament Temperament) Describe(long seed, string code)
    {
        (string baseAsset, string quoteAsset) = Instrument.Assets(code);
        foreach (var known in s_known)
        {
            if (known.Code == code)
            {
                return (new(code, baseAsset, quoteAsset, Units(known.Tick), Units(known.Step)), known.Temperament);
            }
        }

        ulong key = Hash.Key(seed, code);
        double price = Math.Pow(10, -2 + 4.5 * Hash.Unit(Hash.Mix(key, 101, 0)));
        double turnover = Math.Pow(10, 5.3 + 2.4 * Hash.Unit(Hash.Mix(key, 102, 0)));
        Temperament temperament = new(
            price,
            Beta: 0.7 + 0.8 * Hash.Unit(Hash.Mix(key, 103, 0)),
            OwnDeviation: 0.45 + 0.6 * Hash.Unit(Hash.Mix(key, 104, 0)),
            turnover,
            TradeSize: 60 + 0.15 * Math.Sqrt(turnover) * Hash.Unit(Hash.Mix(key, 105, 0)),
            ListedOn: new DateOnly(2018, 1, 1).AddDays((int)Hash.Below(Hash.Mix(key, 106, 0), 1_800)));

        // A tick is one to ten parts in 10,000 of a typical price; the least amount is worth a few cents.
        long tick = PowerOfTen(price * 3e-4);
        long step = PowerOfTen(0.05 / price);
        return (new(code, baseAsset, quoteAsset, tick, step), temperament);
    }

    private static long Units(double amount) => (long)Math.Round(amount * Bar.One);

    // Tick times step is then at least 1e-7: a whole number of units, so that price times volume is exact.
    private static long PowerOfTen(double amount) =>
        Units(Math.Pow(10, Math.Clamp(Math.Floor(Math.Log10(amount)), -7, 2)));
}
