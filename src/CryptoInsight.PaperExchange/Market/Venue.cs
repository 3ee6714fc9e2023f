using System.Diagnostics.CodeAnalysis;
using CryptoInsight.Domain.Market;
using CryptoInsight.PaperExchange.Recordings;
using CryptoInsight.PaperExchange.Synthetic;

namespace CryptoInsight.PaperExchange.Market;

/// <summary>All symbols of the exchange and its clock.</summary>
internal sealed class Venue
{
    // The market as a whole moves by half its value in a year.
    private const double MoodDeviation = 0.50;

    private readonly Dictionary<string, ISeries> _byCode = new(StringComparer.Ordinal);

    private Venue(ExchangeClock clock, MultifractalPath mood)
    {
        Clock = clock;
        Mood = mood;
    }


    public ExchangeClock Clock { get; }

    /// <summary>What all synthetic symbols follow more or less.</summary>
    public MultifractalPath Mood { get; }

    /// <summary>Every series, in the order of listing.</summary>
    public List<ISeries> Series { get; } = [];

    public bool TryFind(string code, [NotNullWhen(true)] out ISeries? series) => _byCode.TryGetValue(code, out series);

    public static Venue Open(PaperExchangeOptions options)
    {
        UnixMicros? recordedFrom = options.Recordings.Count > 0 ? options.Recordings.Select(r => r.Start).Min() : null;
        DateTimeOffset? startsWith = options.StartAt;
        if (startsWith is null && options.RecordingTime == RecordingTime.AsRecorded && recordedFrom is { } first)
        {
            startsWith = (first + options.RecordingPlayed).ToDateTimeOffset();
        }

        Venue venue = new(new ExchangeClock(options.TimeProvider, startsWith, options.Speed), new MultifractalPath(Hash.Key(options.Seed, "market"), MoodDeviation));
        long shift = options.RecordingTime == RecordingTime.FromNow && recordedFrom is { } from
            ? Shift(options.Recordings, venue.Clock.Start - options.RecordingPlayed - from)
            : 0;
        foreach (IGrouping<string, KlineRecording> symbol in options.Recordings.GroupBy(r => r.Symbol.Code))
        {
            venue.Add(new RecordedSeries(symbol, shift));
        }

        OutageCalendar outages = new(Hash.Key(options.Seed, "outages"), options.Outages);
        SyntheticSeries.Memory memory = new();
        foreach (string code in options.Symbols ?? (options.Recordings.Count > 0 ? [] : Listings.Default))
        {
            if (!Symbol.TryParse(code, out _) || code.Any(char.IsAsciiLetterLower))
            {
                throw new ArgumentException("A symbol of the paper exchange has 1 to 32 letters and digits, none of them lower case, such as BTCUSDT.", nameof(options));
            }

            (Instrument instrument, Temperament temperament) = Listings.Describe(options.Seed, code);
            venue.Add(new SyntheticSeries(venue.Series.Count, Hash.Key(options.Seed, code), instrument, temperament, venue.Mood, outages, memory));
        }

        return venue;
    }

    private void Add(ISeries series)
    {
        if (!_byCode.TryAdd(series.Instrument.Code, series))
        {
            throw new ArgumentException($"{series.Instrument.Code} is there twice: name each symbol once, and do not name recorded ones.");
        }

        Series.Add(series);
    }

    /// <summary>The greatest whole number of all recorded intervals up to <paramref name="wanted"/>, so that open times stay on their grids.</summary>
    private static long Shift(IReadOnlyList<KlineRecording> recordings, long wanted)
    {
        long unit = 1;
        foreach (KlineRecording recording in recordings)
        {
            long length = recording.Interval.FixedLength is { } fixedLength
                ? (long)fixedLength.TotalMicroseconds
                : throw new ArgumentException("Months have no fixed length: a recording of 1M candles can only be played as recorded.");
            (long a, long b) = (unit, length);
            while (b != 0)
            {
                (a, b) = (b, a % b);
            }

            unit = unit / a * length;
        }

        long rest = wanted % unit;
        return wanted - (rest < 0 ? rest + unit : rest);
    }
}
