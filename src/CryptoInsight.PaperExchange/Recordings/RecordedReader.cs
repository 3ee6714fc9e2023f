using CryptoInsight.Domain.Market;
using CryptoInsight.PaperExchange.Market;

namespace CryptoInsight.PaperExchange.Recordings;

/// <summary>Reads recorded candles as of one instant: the row that now is in is told piece by piece.</summary>
internal sealed class RecordedReader(RecordedSeries series, KlineRecording recording, UnixMicros now) : ISeriesReader
{
    private const int Pieces = 60;

    public bool HasCandle(UnixMicros start, UnixMicros end)
    {
        int first = FirstAtOrAfter(start);
        return first < recording.Rows.Length && OpenTime(first) < end && OpenTime(first) <= now;
    }

    public Kline? Candle(UnixMicros start, UnixMicros end)
    {
        if (!HasCandle(start, end))
        {
            return null;
        }

        int i = FirstAtOrAfter(start);
        Bar bar = Known(i);
        for (i++; i < recording.Rows.Length && OpenTime(i) < end && OpenTime(i) <= now; i++)
        {
            bar = bar.Then(Known(i));
        }

        // A candle is cut short if its last row is, or if no row follows it inside the bucket although the recording goes on later.
        UnixMicros close = recording.Rows[i - 1].CloseTime + series.Shift;
        UnixMicros nominal = new(end.Value - 1);
        bool goesOn = i < recording.Rows.Length;
        bool silent = !goesOn || OpenTime(i) >= end;
        bool cut = silent && close < nominal && close < now && (goesOn || recording.Interval.Next(recording.Rows[i - 1].OpenTime) + series.Shift == end);
        return new Kline(start, cut ? close : nominal, cut, bar);
    }

    public void Prepare(UnixMicros start, UnixMicros end)
    {
        // Rows are in memory.
    }

    private UnixMicros OpenTime(int row) => recording.Rows[row].OpenTime + series.Shift;

    private Bar Known(int row)
    {
        RecordedRow r = recording.Rows[row];
        UnixMicros open = r.OpenTime + series.Shift;
        long length = recording.Interval.Next(r.OpenTime) - r.OpenTime;
        if (now >= open + length)
        {
            return r.Bar;
        }

        Bar[] pieces = new Bar[Pieces];
        BarSplitter.Split(r.Bar, series.Instrument.Tick, series.Instrument.Step, (ulong)r.OpenTime.Value, pieces);
        Bar bar = pieces[0];
        for (int i = 1; i <= (now - open) * Pieces / length; i++)
        {
            bar = bar.Then(pieces[i]);
        }

        return bar;
    }

    private int FirstAtOrAfter(UnixMicros t)
    {
        int low = 0;
        int high = recording.Rows.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = OpenTime(middle) < t ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
