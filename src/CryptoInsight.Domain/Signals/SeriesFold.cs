using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Signals;

/// <summary>One run over the buckets of a series in ascending order, from a base on. The only place where rows are computed.</summary>
internal sealed class SeriesFold
{
    private readonly Symbol _symbol;
    private readonly Interval _window;
    private readonly long _watermark;
    private readonly FearGreedIndex _index;
    private readonly CloseWindow _closes;
    private int _indexCount = -1; // points up to the last bucket's end

    /// <param name="symbol">Whose series.</param>
    /// <param name="timeframe">Which series.</param>
    /// <param name="context">What the rows are a function of besides.</param>
    /// <param name="start">Where the run begins.</param>
    /// <param name="bucketsExpected">How many buckets the run will have, if it is short; more are no fault.</param>
    public SeriesFold(Symbol symbol, Timeframe timeframe, SignalContext context, SeriesBase start, int bucketsExpected = 0)
    {
        _symbol = symbol;
        _window = timeframe.Window;
        _watermark = context.Watermarks.MicrosOf(timeframe.Source);
        _index = context.Index;
        _closes = new CloseWindow(start.Closes, bucketsExpected);
        Indicators = start.Indicators;
    }

    public IndicatorState Indicators;

    /// <summary>Takes in a bucket without its row.</summary>
    public void Skip(in BucketSum bucket)
    {
        Indicators.Push(bucket.Close, _closes);
        _closes.CloseDayBefore(bucket.Start);
        _closes.Append(bucket.Start, bucket.Close);
    }

    /// <summary>The base after everything taken in; the run must have begun at the empty base.</summary>
    public SeriesBase Freeze(long firstEnd, long lastEnd, long lastPartialEnd) =>
        Indicators.Buckets == 0 ? SeriesBase.Empty : new SeriesBase(Indicators, _closes.Freeze(lastEnd), firstEnd, lastEnd, lastPartialEnd);

    /// <summary>Takes in a bucket and gives its row.</summary>
    public SignalRow Next(in BucketSum bucket)
    {
        IndicatorValues values = Indicators.Push(bucket.Close, _closes);
        double dayBefore = _closes.CloseDayBefore(bucket.Start);
        _closes.Append(bucket.Start, bucket.Close);
        double volume = FixedPoint.Sum(bucket.VolumeSum);
        double? quoteVolume = bucket.QuoteVolumeLacks ? null : FixedPoint.Sum(bucket.QuoteVolumeSum);
        string state = values.Cross > 0 ? CrossSignal.Golden : values.Cross < 0 ? CrossSignal.Dead : CrossSignal.Neutral;
        FearGreedPoint? mood = Mood(bucket.End);
        return new SignalRow(
            Symbol: _symbol,
            Timeframe: _window,
            BucketStart: new UnixMicros(bucket.Start),
            BucketEnd: new UnixMicros(bucket.End),
            Open: bucket.Open,
            High: bucket.High,
            Low: bucket.Low,
            Close: bucket.Close,
            AvgPrice: FixedPoint.Mean(bucket.CloseSum, bucket.Candles),
            Vwap: volume == 0 ? null : quoteVolume / volume,
            Volume: volume,
            QuoteVolume: quoteVolume,
            Trades: bucket.TradesLack ? null : bucket.TradesSum,
            Candles: bucket.Candles,
            Ma50: Known(values.Ma50),
            Ma200: Known(values.Ma200),
            Rsi14: Known(values.Rsi),
            CrossSignal: state,
            CrossEvent: values.Crossed ? state : null,
            AboveMa200: double.IsNaN(values.Ma200) ? null : bucket.Close > values.Ma200,
            PctChange24h: Percent(bucket.Close, dayBefore),
            FngValue: mood?.Value,
            FngLabel: mood?.Label,
            IsFinal: IsFinal(bucket, _watermark));
    }

    /// <summary>All candles are there, or no more are awaited.</summary>
    public static bool IsFinal(in BucketSum bucket, long watermark) => bucket.IsComplete || bucket.End <= watermark;

    private FearGreedPoint? Mood(long bucketEnd)
    {
        _indexCount = _indexCount < 0 ? _index.CountUpTo(bucketEnd) : _index.CountUpTo(bucketEnd, _indexCount);
        return _index.Fresh(_indexCount - 1, bucketEnd);
    }

    private static double? Known(double value) => double.IsNaN(value) ? null : value;

    // No earlier close (NaN), one of 0, or one so small that the ratio is no number: null.
    private static double? Percent(double close, double earlier)
    {
        double percent = ((close - earlier) / earlier * 100) + 0.0;
        return double.IsFinite(percent) ? percent : null;
    }
}
