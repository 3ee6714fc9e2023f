namespace CryptoInsight.Sources.Files;

/// <summary>What a file name such as <c>BTCUSDT-1m-2025-01.csv.gz</c> says.</summary>
internal static class KlineFileName
{
    public static Symbol? SymbolOf(string fileName) => IntervalOf(fileName) is not null && Symbol.TryParse(Parts(fileName)[0], out Symbol symbol) ? symbol : null;

    public static Interval? IntervalOf(string fileName) =>
        Parts(fileName) is [_, { } second, ..] && Interval.TryParse(string.Concat(second.TakeWhile(char.IsAsciiLetterOrDigit)), out Interval? interval) ? interval : null;

    private static string[] Parts(string fileName) => fileName.Split(['-', '_']);
}
