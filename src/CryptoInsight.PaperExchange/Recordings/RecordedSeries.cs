using CryptoInsight.Domain.Market;
using CryptoInsight.PaperExchange.Market;

namespace CryptoInsight.PaperExchange.Recordings;

/// <summary>The recorded life of one symbol: one or several recordings of different intervals, shifted in time.</summary>
internal sealed class RecordedSeries : ISeries
{
    private readonly KlineRecording[] _finestFirst;

    /// <param name="recordings">Of the same symbol.</param>
    /// <param name="shift">Microseconds to add to every recorded time; a whole number of every recorded interval.</param>
    public RecordedSeries(IEnumerable<KlineRecording> recordings, long shift)
    {
        _finestFirst = [.. recordings.OrderBy(r => r.Interval)];
        Shift = shift;
        string code = _finestFirst[0].Symbol.Code;
        (string baseAsset, string quoteAsset) = Instrument.Assets(code);
        Instrument = new Instrument(
            code,
            baseAsset,
            quoteAsset,
            Grid(_finestFirst[0].Rows.SelectMany(r => (Int128[])[r.Bar.Open, r.Bar.High, r.Bar.Low, r.Bar.Close])),
            Grid(_finestFirst[0].Rows.SelectMany(r => (Int128[])[r.Bar.Volume, r.Bar.TakerBase])));
    }

    /// <summary>What is added to recorded times.</summary>
    public long Shift { get; }

    public Instrument Instrument { get; }

    public UnixMicros FirstTrade => _finestFirst.Min(r => r.Start) + Shift;

    public UnixMicros? End => _finestFirst.Max(r => r.End) + Shift;

    public bool Serves(Interval interval) => _finestFirst.Any(r => interval.IsMultipleOf(r.Interval));

    public ISeriesReader ReadAt(Interval interval, UnixMicros now) => new RecordedReader(this, For(interval), now);

    /// <summary>The recording that tells candles of this length best: the same interval, else the finest one.</summary>
    private KlineRecording For(Interval interval) =>
        _finestFirst.FirstOrDefault(r => r.Interval == interval) ?? _finestFirst.First(r => interval.IsMultipleOf(r.Interval));

    /// <summary>The coarsest power of ten that divides everything.</summary>
    private static long Grid(IEnumerable<Int128> values)
    {
        long grid = 100 * Bar.One;
        foreach (Int128 value in values)
        {
            while (value % grid != 0)
            {
                grid /= 10;
            }
        }

        return grid;
    }
}
