using System.Globalization;
using CryptoInsight.Domain.Market;
using CryptoInsight.Simulation.Tests.Stage;

namespace CryptoInsight.Simulation.Tests.Market;

/// <summary>A small market with every bad habit: gaps, late rows, doubles, revisions, re-reads, ties, rows from the past, and rows that are no candles.</summary>
internal sealed class SimulatedExchange
{
    private static readonly string[] s_symbols = ["BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT"];
    private static readonly string[] s_sources = ["binance.spot.rest", "binance.spot.ws"];
    private static readonly UnixMicros s_start = UnixMicros.FromSeconds(1_735_754_400); // 2025-01-01T18:00Z: a midnight comes after six hours

    private readonly Random _random;
    private readonly SimulatedClock _clock;
    private readonly List<Series> _series = [];
    private readonly List<BronzeRow> _given = [];
    private int _batches;

    public SimulatedExchange(Random random, SimulatedClock clock)
    {
        _random = random;
        _clock = clock;
        string second = Pick(["5m", "15m", "1h", "4h"]);
        int symbols = random.Next(2, 5);
        for (int i = 0; i < symbols; i++)
        {
            _series.Add(new Series(Symbol.Parse(s_symbols[i]), Interval.Parse("1m"), 20 * (i + 1)));
            if (random.Next(2) == 0)
            {
                _series.Add(new Series(Symbol.Parse(s_symbols[i]), Interval.Parse(second), 20 * (i + 1)));
            }
        }
    }

    private sealed class Series(Symbol symbol, Interval interval, double price)
    {
        public Symbol Symbol { get; } = symbol;

        public Interval Interval { get; } = interval;

        public UnixMicros Next { get; set; } = interval.Floor(s_start);

        public double Price { get; set; } = price;

        public List<UnixMicros> Skipped { get; } = [];

        public List<UnixMicros> Given { get; } = [];
    }

    /// <summary>An open time of the same day that the exchange never gives: before its first candle. Null where there is none.</summary>
    public static UnixMicros? FreeTimeOn(CandleKey key, int n) =>
        key.OpenTime.Day == s_start.Day && key.Interval.Code == "1m" && n < 600 ? key.OpenTime + (((n * 60L) - (key.OpenTime.Value / UnixMicros.PerSecond % 86_400)) * UnixMicros.PerSecond) : null;

    /// <summary>What lies there when the pipeline starts: enough for a moving average over 200 buckets of one series.</summary>
    public List<BronzeRow> Backlog()
    {
        List<BronzeRow> rows = [];
        _batches++;
        foreach (Series series in _series)
        {
            int count = series == _series[0] && _random.Next(2) == 0 ? _random.Next(190, 230) : series.Interval.Code == "1m" ? _random.Next(20, 90) : _random.Next(3, 12);
            for (int i = 0; i < count; i++)
            {
                rows.AddRange(NextOf(series));
            }
        }

        return Remembered(rows);
    }

    /// <summary>One answer of the exchange, or one frame of its stream.</summary>
    public List<BronzeRow> Batch()
    {
        List<BronzeRow> rows = [];
        _batches++;
        int some = _random.Next(1, 7);
        for (int i = 0; i < some; i++)
        {
            rows.AddRange(Some());
        }

        if (_random.Next(4) == 0)
        {
            BronzeRow[] shuffled = [.. rows];
            _random.Shuffle(shuffled);
            rows = [.. shuffled];
        }

        return Remembered(rows);
    }

    private List<BronzeRow> Remembered(List<BronzeRow> rows)
    {
        _given.AddRange(rows);
        return rows;
    }

    private IEnumerable<BronzeRow> Some()
    {
        Series series = _series[_random.Next(_series.Count)];
        UnixMicros? known = series.Given.Count > 0 ? series.Given[_random.Next(series.Given.Count)] : null;
        switch (_random.Next(14))
        {
            case 0 when series.Skipped.Count > 0: // late
                int at = _random.Next(series.Skipped.Count);
                UnixMicros late = series.Skipped[at];
                series.Skipped.RemoveAt(at);
                return [Candle(series, late, Now())];
            case 1 when known is { } t: // a revision
                return [Candle(series, t, Now())];
            case 2 when known is not null: // a correction of the far past
                return [Candle(series, series.Given[0], Now())];
            case 3 when _given.Count > 0: // the very same row again
                return [_given[_random.Next(_given.Count)]];
            case 4 when _given.Count > 0: // the same values, read again
                return [Again(_given[_random.Next(_given.Count)], Now())];
            case 5 when _given.Count > 0: // read earlier, arrived later
                BronzeRow newer = _given[_random.Next(_given.Count)];
                return newer.Passing is null ? [newer] : [Candle(series, newer, newer.Raw.IngestTime + -_random.Next(1, 90_000_000))];
            case 6 when _given.Count > 0: // a tie: the same instant, other values or another source
                BronzeRow tied = _given[_random.Next(_given.Count)];
                return tied.Passing is null ? [tied] : [Candle(series, tied, tied.Raw.IngestTime)];
            case 7:
                return [Broken(series)];
            case 8 when _random.Next(3) == 0: // a hole in the series
                int missing = _random.Next(1, 12);
                for (int i = 0; i < missing; i++)
                {
                    series.Skipped.Add(series.Next);
                    series.Next = series.Interval.Next(series.Next);
                }

                return NextOf(series);
            default:
                return Enumerable.Range(0, _random.Next(1, 9)).SelectMany(_ => NextOf(series));
        }
    }

    private IEnumerable<BronzeRow> NextOf(Series series)
    {
        UnixMicros at = series.Next;
        series.Next = series.Interval.Next(at);
        if (_random.Next(25) == 0)
        {
            series.Skipped.Add(at);
            return [];
        }

        series.Given.Add(at);
        return [Candle(series, at, Now())];
    }

    private UnixMicros Now() => UnixMicros.From(_clock.GetUtcNow()) + -_random.Next(0, 2_000);

    private string Pick(string[] some) => some[_random.Next(some.Length)];

    private BronzeRow Candle(Series series, UnixMicros open, UnixMicros ingest)
    {
        series.Price = Math.Max(0.5, series.Price * (1 + ((_random.NextDouble() - 0.5) * 0.04)));
        return Row(series.Symbol, series.Interval, open, series.Price, ingest, Pick(s_sources));
    }

    // Other values for the key of a row that was given.
    private BronzeRow Candle(Series series, BronzeRow like, UnixMicros ingest) =>
        Row(like.Raw.Symbol, like.Raw.Interval, like.Passing!.Candle.OpenTime, series.Price * (1 + (_random.NextDouble() * 0.01)), ingest, _random.Next(2) == 0 ? like.Raw.Source : Pick(s_sources));

    private BronzeRow Row(Symbol symbol, Interval interval, UnixMicros open, double price, UnixMicros ingest, string source)
    {
        double Near(double share) => Math.Round(price * (1 + ((_random.NextDouble() - 0.5) * share)), _random.Next(2, 9));
        double opened = Near(0.01), closed = Near(0.01);
        double high = Math.Max(opened, closed) + Math.Round(_random.NextDouble(), 4), low = Math.Min(opened, closed) - Math.Round(_random.NextDouble() * 0.2, 4);
        double volume = _random.Next(20) == 0 ? 0 : Math.Round(_random.NextDouble() * 1_000, 5);
        double quote = Math.Round(volume * price, 6);
        var candle = new Candle(
            open, opened, high, low, closed, volume, new UnixMicros(interval.Next(open).Value - 1_000), quote, _random.Next(0, 5_000), Math.Round(volume / 2, 5), Math.Round(quote / 2, 5));
        string json = string.Create(
            CultureInfo.InvariantCulture,
            $"[{open.Milliseconds},\"{opened:R}\",\"{high:R}\",\"{low:R}\",\"{closed:R}\",\"{volume:R}\",{candle.CloseTime.Milliseconds},\"{quote:R}\",{candle.Trades},\"{candle.TakerBuyBase:R}\",\"{candle.TakerBuyQuote:R}\",\"0\"]");
        return new BronzeRow(Raw(source, symbol, interval, open, ingest, json), new SilverCandle(symbol, interval, candle, ingest, source));
    }

    // A row that is refused stays as it is: what was too early once may be lawful later.
    private static BronzeRow Again(BronzeRow row, UnixMicros ingest) =>
        row.Passing is null ? row : new BronzeRow(row.Raw with { IngestTime = ingest }, row.Passing with { IngestTime = ingest });

    private RawCandle Raw(string source, Symbol symbol, Interval interval, UnixMicros? open, UnixMicros ingest, string json) =>
        new(source, symbol, interval, open, ingest, json, "/api/v3/klines", "hash", $"run-{_batches}", null);

    private BronzeRow Broken(Series series)
    {
        UnixMicros open = series.Given.Count > 0 ? series.Given[_random.Next(series.Given.Count)] : series.Next;
        BronzeRow good = Row(series.Symbol, series.Interval, open, series.Price, Now(), Pick(s_sources));
        string json = good.Raw.RawJson;
        RawCandle raw = _random.Next(6) switch
        {
            0 => good.Raw with { RawJson = json[..^_random.Next(1, json.Length)] },
            1 => good.Raw with { RawJson = "{\"code\":-1121}" },
            2 => good.Raw with { RawJson = Shifted(good) , OpenTime = open + 7_000_000 },
            3 => good.Raw with { RawJson = json.Replace("\"0\"]", "\"0\"", StringComparison.Ordinal), OpenTime = null },
            4 => good.Raw with { IngestTime = open }, // arrived before it had closed
            _ => good.Raw with { RawJson = json.Replace(",\"", ",\"x", StringComparison.Ordinal) },
        };
        return new BronzeRow(raw, null);
    }

    private static string Shifted(BronzeRow row)
    {
        string open = row.Passing!.Candle.OpenTime.Milliseconds.ToString(CultureInfo.InvariantCulture);
        string shifted = (row.Passing.Candle.OpenTime.Milliseconds + 7_000).ToString(CultureInfo.InvariantCulture);
        return row.Raw.RawJson.Replace(open, shifted, StringComparison.Ordinal);
    }
}
