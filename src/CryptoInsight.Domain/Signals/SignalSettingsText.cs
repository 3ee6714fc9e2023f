using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Signals;

/// <summary>Reads timeframes as people write them: <c>1m=[5m,15m]; 4h=[4h,1d]</c>.</summary>
public static class SignalSettingsText
{
    private const int EchoedLengthMax = 8;

    /// <summary>Reads such a text into windows by source interval; <see cref="FormatException"/> lists every fault.</summary>
    /// <remarks>Entries are separated by <c>;</c>, windows by <c>,</c>; brackets and blanks are optional; <c>1m=[]</c> makes nothing from <c>1m</c>; an empty text has no entries.</remarks>
    public static IReadOnlyDictionary<Interval, IReadOnlyList<Interval>> ParseWindows(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<string> faults = [];
        List<KeyValuePair<string, IReadOnlyList<string>>> entries = [];
        foreach (string entry in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = entry.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
            {
                faults.Add($"{Echo(entry)} has no '=': write 1m=[5m,15m].");
                continue;
            }

            string list = entry[(equals + 1)..].Trim();
            list = list.StartsWith('[') && list.EndsWith(']') ? list[1..^1] : list;
            entries.Add(new(entry[..equals].Trim(), list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)));
        }

        return ParseWindows(entries, faults);
    }

    /// <summary>Reads codes of windows by code of source interval, as a configuration file has them; <see cref="FormatException"/> lists every fault.</summary>
    public static IReadOnlyDictionary<Interval, IReadOnlyList<Interval>> ParseWindows(IEnumerable<KeyValuePair<string, IReadOnlyList<string>>> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        return ParseWindows(entries, []);
    }

    private static Dictionary<Interval, IReadOnlyList<Interval>> ParseWindows(
        IEnumerable<KeyValuePair<string, IReadOnlyList<string>>> entries, List<string> faults)
    {
        Dictionary<Interval, IReadOnlyList<Interval>> windowsOf = [];
        foreach ((string source, IReadOnlyList<string> windows) in entries)
        {
            List<Interval> parsed = [];
            foreach (string code in windows)
            {
                if (Interval.TryParse(code, out Interval? window))
                {
                    parsed.Add(window);
                }
                else
                {
                    faults.Add($"{Echo(code)} is not an interval of the exchange.");
                }
            }

            if (!Interval.TryParse(source, out Interval? interval))
            {
                faults.Add($"{Echo(source)} is not an interval of the exchange.");
            }
            else if (!windowsOf.TryAdd(interval, parsed))
            {
                faults.Add($"Interval {interval} is listed twice: give all its windows in one list.");
            }
        }

        return faults.Count == 0
            ? windowsOf
            : throw new FormatException($"The timeframes are refused: {string.Join(" ", faults)} Known intervals: {string.Join(", ", Interval.All)} (1m is a minute, 1M a month).");
    }

    // A code is a few letters and digits; anything else is described, never repeated.
    private static string Echo(string text) =>
        text.Length is > 0 and <= EchoedLengthMax && text.All(char.IsAsciiLetterOrDigit) ? $"'{text}'" : $"A text of {text.Length} characters";
}
