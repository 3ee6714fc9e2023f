using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Sources.Files;

/// <summary>One pass over a content that only looks: at open times, at the label columns, and at the close times of the first rows.</summary>
internal sealed class KlineFileInspector(string fileName, KlineFileWrapping wrapping, ContentBuffer buffer, KlineFileOptions options)
{
    private const int CloseTimesSeenMax = 1_000;

    private static readonly RowStamp s_nobody = new("", default, Interval.All[0], "", "", new IngestRun("", default));

    private readonly List<(UnixMicros Open, UnixMicros Close)> _closeTimes = [];
    private RowReader _reader = null!;
    private long _unreadable;
    private KlineTimeUnit? _unit;
    private UnixMicros _first = new(long.MaxValue);
    private UnixMicros _last = new(long.MinValue);

    public KlineFileFacts Run(CancellationToken cancellationToken)
    {
        _reader = RowReaders.Of(buffer, options.Schema);
        (Symbol Symbol, string From)? symbol = null;
        (Interval Interval, string From)? interval = null;
        while (true)
        {
            while (_reader.TryNext())
            {
                if (_reader.OpenTime is not { } openTime)
                {
                    _unreadable++;
                    continue;
                }

                symbol ??= SymbolOf();
                interval ??= IntervalOf();
                Look(openTime, symbol.Value, interval.Value);
            }

            if (buffer.Ended)
            {
                break;
            }

            cancellationToken.ThrowIfCancellationRequested();
            buffer.Fill();
        }

        return symbol is null || interval is null ? throw Nothing() : Facts(symbol.Value.Symbol, interval.Value);
    }

    private void Look(UnixMicros openTime, (Symbol Symbol, string From) symbol, (Interval Interval, string From) interval)
    {
        if (!interval.Interval.IsAligned(openTime))
        {
            throw new KlineFileRefusedException(
                KlineFileRefusal.OffGrid,
                $"At {_reader.Place} the open time {openTime} is not on the grid of {interval.Interval} ({interval.From}). If the candles have another length, pass --interval; known are {string.Join(", ", Interval.All)}.");
        }

        CheckLabels(symbol, interval);
        _first = UnixMicros.Min(_first, openTime);
        _last = UnixMicros.Max(_last, openTime);
        _unit = _unit is null || _unit == _reader.TimeUnit ? _reader.TimeUnit : KlineTimeUnit.Mixed;
        if (_closeTimes.Count < CloseTimesSeenMax && KlineParser.Read(_reader.Build(s_nobody with { Interval = interval.Interval }), options.Schema) is KlineReading.Parsed parsed)
        {
            _closeTimes.Add((openTime, parsed.Candle.Candle.CloseTime));
        }
    }

    private void CheckLabels((Symbol Symbol, string From) symbol, (Interval Interval, string From) interval)
    {
        // A label that is no symbol at all (BTC/USDT) cannot contradict what the user said.
        if (_reader.SymbolText is { } text && Symbol.TryParse(text, out Symbol labelled) && labelled != symbol.Symbol)
        {
            throw new KlineFileRefusedException(
                KlineFileRefusal.Contradiction,
                $"At {_reader.Place} the symbol column says {labelled}, but the file is of {symbol.Symbol} ({symbol.From}). One file holds one symbol: split it, or correct --symbol.");
        }

        if (_reader.IntervalText is { } code && Interval.TryParse(code, out Interval? length) && length != interval.Interval)
        {
            throw new KlineFileRefusedException(
                KlineFileRefusal.Contradiction,
                $"At {_reader.Place} the interval column says {length}, but the file is of {interval.Interval} ({interval.From}). One file holds one interval: split it, or correct --interval.");
        }
    }

    private (Symbol Symbol, string From) SymbolOf() =>
        options.Symbol is { } given ? (given, "from --symbol")
        : Symbol.TryParse(_reader.SymbolText, out Symbol labelled) ? (labelled, "from the symbol column")
        : KlineFileName.SymbolOf(fileName) is { } named ? (named, "from the file name")
        : throw new KlineFileRefusedException(
            KlineFileRefusal.SymbolUnknown,
            "Nothing says whose candles these are: pass --symbol BTCUSDT, or name the file SYMBOL-INTERVAL, such as BTCUSDT-1m-2025-01.csv.");

    private (Interval Interval, string From) IntervalOf() =>
        options.Interval is { } given ? (given, "from --interval")
        : Interval.TryParse(_reader.IntervalText, out Interval? labelled) ? (labelled, "from the interval column")
        : KlineFileName.IntervalOf(fileName) is { } named ? (named, "from the file name")
        : throw new KlineFileRefusedException(
            KlineFileRefusal.IntervalUnknown,
            $"Nothing says how long the candles are: pass --interval, or name the file SYMBOL-INTERVAL, such as BTCUSDT-1m-2025-01.csv; known are {string.Join(", ", Interval.All)}.");

    private KlineFileFacts Facts(Symbol symbol, (Interval Interval, string From) interval)
    {
        CheckCloseTimes(interval);
        (Market market, string evidence) = options.Market is { } given ? (given, "--market")
            : _reader.HasFuturesHeader ? (Market.UsdMFutures, "the header of the USDS-M futures archives")
            : (Market.Spot, "the default");
        return new KlineFileFacts(
            fileName,
            wrapping,
            _reader is JsonRowReader ? KlineFileFormat.Json : KlineFileFormat.Csv,
            symbol,
            interval.Interval,
            market,
            evidence,
            _reader.Rows,
            _unreadable,
            buffer.Sha256(),
            buffer.ContentBytes,
            _first,
            _last,
            _unit ?? KlineTimeUnit.Mixed,
            _reader.Truncation);
    }

    // Candles of 15m lie on the grid of 1m: only their close times tell. An outage may cut a close time short, so one that fits is enough.
    private void CheckCloseTimes((Interval Interval, string From) said)
    {
        if (_closeTimes.Count == 0 || _closeTimes.Exists(c => Fits(said.Interval, c)))
        {
            return;
        }

        if (Interval.All.FirstOrDefault(i => _closeTimes.TrueForAll(c => Fits(i, c))) is { } shown)
        {
            throw new KlineFileRefusedException(
                KlineFileRefusal.OffGrid,
                $"The close times are those of {shown} candles, not of {said.Interval} ({said.From}): pass --interval {shown}.");
        }
    }

    private static bool Fits(Interval interval, (UnixMicros Open, UnixMicros Close) candle) =>
        interval.IsAligned(candle.Open) && interval.Next(candle.Open) - candle.Close is > 0 and <= UnixMicros.PerMillisecond;

    private KlineFileRefusedException Nothing() => _reader.Rows == 0
        ? new KlineFileRefusedException(KlineFileRefusal.Empty, _reader.Truncation is { } cut
            ? $"The file holds no whole row: {cut}. Get the whole file."
            : "The file holds no candles: there is nothing to replay.")
        : new KlineFileRefusedException(
            KlineFileRefusal.UnknownFormat,
            $"None of its {_reader.Rows} rows has an open time that can be read (milliseconds, microseconds or ISO 8601 text, between 2009 and 2100): these are no klines.");
}
