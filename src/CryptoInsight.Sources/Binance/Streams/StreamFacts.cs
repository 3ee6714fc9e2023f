namespace CryptoInsight.Sources.Binance.Streams;

/// <summary>What the streams did since the start: for metrics and the runbook.</summary>
/// <param name="Connections">How many connections there should be.</param>
/// <param name="Up">How many stand.</param>
/// <param name="Frames">Messages that came.</param>
/// <param name="Closed">Closed candles among them.</param>
/// <param name="Open">Open candles among them.</param>
/// <param name="Unknown">Other events by name; those beyond a bound under <c>…</c>.</param>
/// <param name="Broken">Messages that could not be understood.</param>
/// <param name="Foreign">Candles of series that nobody asked for.</param>
/// <param name="Dials">Attempts to connect.</param>
/// <param name="Losses">Connections that ended before they were replaced.</param>
/// <param name="Replacements">Connections that were replaced with an overlap: old age, an announced shutdown, silence.</param>
/// <param name="Down">The connections that do not stand, and why.</param>
public sealed record StreamFacts(
    int Connections,
    int Up,
    long Frames,
    long Closed,
    long Open,
    IReadOnlyDictionary<string, long> Unknown,
    long Broken,
    long Foreign,
    long Dials,
    long Losses,
    long Replacements,
    IReadOnlyList<string> Down);
