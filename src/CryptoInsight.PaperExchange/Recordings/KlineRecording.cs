using System.Text.Json;
using CryptoInsight.Domain.Market;
using CryptoInsight.PaperExchange.Market;

namespace CryptoInsight.PaperExchange.Recordings;

/// <summary>Real candles of one symbol and interval, in exact decimals, to be served by the paper exchange; longer intervals are added up from them.</summary>
public sealed class KlineRecording
{
    private KlineRecording(Symbol symbol, Interval interval, RecordedRow[] rows)
    {
        Symbol = symbol;
        Interval = interval;
        Rows = rows;
    }

    /// <summary>The symbol.</summary>
    public Symbol Symbol { get; }

    /// <summary>The recorded candles' length.</summary>
    public Interval Interval { get; }

    /// <summary>How many candles there are; at least one.</summary>
    public int Count => Rows.Length;

    /// <summary>The first candle's open time.</summary>
    public UnixMicros Start => Rows[0].OpenTime;

    /// <summary>The end of the last candle's bucket.</summary>
    public UnixMicros End => Interval.Next(Rows[^1].OpenTime);

    internal RecordedRow[] Rows { get; }

    /// <summary>A recording of candles that somebody parsed; doubles become the decimals of 8 digits that they stand for.</summary>
    /// <remarks>Columns that the source lacks: quote volume is made from the mean price, trades and taker volumes are 0.</remarks>
    public static KlineRecording FromCandles(Symbol symbol, Interval interval, IEnumerable<Candle> candles)
    {
        ArgumentNullException.ThrowIfNull(candles);
        return Of(symbol, interval, candles.Select(c =>
        {
            Int128 volume = Units(c.Volume);
            Int128 mean = ((Int128)Price(c.Open) + Price(c.High) + Price(c.Low) + Price(c.Close)) / 4;
            return new RecordedRow(
                c.OpenTime,
                c.CloseTime,
                new Bar(
                    Price(c.Open),
                    Price(c.High),
                    Price(c.Low),
                    Price(c.Close),
                    volume,
                    c.QuoteVolume is { } quote ? Units(quote) : volume * mean / Bar.One,
                    c.Trades ?? 0,
                    Units(c.TakerBuyBase ?? 0),
                    Units(c.TakerBuyQuote ?? 0)));
        }));
    }

    /// <summary>Reads REST JSON arrays and CSV files of 11 columns and more (with or without header), plain or gzipped.</summary>
    public static KlineRecording Read(Symbol symbol, Interval interval, Stream stream)
    {
        try
        {
            return Of(symbol, interval, KlineFileReader.Read(stream));
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            throw new FormatException("The recording is neither a JSON array of candles nor CSV, plain or gzipped; perhaps it is cut off.", e);
        }
    }

    /// <summary>Reads a file whose name begins with symbol and interval, such as <c>BTCUSDT-1m-2025-01.csv.gz</c>.</summary>
    public static KlineRecording ReadFile(string path)
    {
        string[] parts = Path.GetFileName(path).Split('-', '.', '_');
        if (parts.Length < 2 || !Symbol.TryParse(parts[0], out Symbol symbol) || !Interval.TryParse(parts[1], out Interval? interval))
        {
            throw new FormatException("A recording's file name tells symbol and interval, such as BTCUSDT-1m-2025-01.csv.gz; this one does not. Rename it, or pass both.");
        }

        using FileStream stream = File.OpenRead(path);
        return Read(symbol, interval, stream);
    }

    internal static KlineRecording Of(Symbol symbol, Interval interval, IEnumerable<RecordedRow> rows)
    {
        // Of two rows with the same open time the later one is the revision.
        SortedDictionary<long, RecordedRow> sorted = [];
        foreach (RecordedRow row in rows)
        {
            if (!interval.IsAligned(row.OpenTime))
            {
                throw new FormatException($"A candle opens at {row.OpenTime}, which is not on the grid of {interval}: wrong interval, or wrong unit of time.");
            }

            Bar bar = row.Bar;
            if (bar.Low <= 0 || bar.Low > Math.Min(bar.Open, bar.Close) || bar.High < Math.Max(bar.Open, bar.Close) || bar.Volume < 0 || bar.Trades < 0)
            {
                throw new FormatException($"The candle of {row.OpenTime} contradicts itself (low <= open, close <= high, all prices above 0, nothing negative).");
            }

            UnixMicros end = interval.Next(row.OpenTime);
            bool full = row.CloseTime.Milliseconds >= end.Milliseconds - 1 || row.CloseTime <= row.OpenTime;
            sorted[row.OpenTime.Value] = row with { CloseTime = full ? new UnixMicros(end.Value - 1) : row.CloseTime };
        }

        return sorted.Count > 0
            ? new KlineRecording(symbol, interval, [.. sorted.Values])
            : throw new FormatException("There is no candle in the recording.");
    }

    private static long Price(double price) => (long)Units(price);

    private static Int128 Units(double amount) =>
        double.IsFinite(amount) && Math.Abs(amount) < 1e19
            ? (Int128)decimal.Round((decimal)amount * Bar.One)
            : throw new FormatException("A price or volume of the recording is not a finite number, or beyond 1e19.");
}
