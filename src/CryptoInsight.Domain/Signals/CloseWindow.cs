using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Signals;

/// <summary>The closes that one run over a series looks back to: a base's history, then the buckets of the run itself.</summary>
/// <remarks>Bound: keeps the last 200 buckets and 24 h of them, however long the run is.</remarks>
internal sealed class CloseWindow(CloseHistory older, int capacity)
{
    private const int CapacityMin = 1024;
    private const long DaySeconds = UnixMicros.PerDay / UnixMicros.PerSecond;

    private uint[] _starts = new uint[capacity];
    private double[] _closes = new double[capacity];
    private int _offset = older.End; // number of the bucket in place 0
    private int _end = older.End;
    private int _dayBefore = -1; // first bucket that is at most 24 h older than the last one asked for

    public double CloseAt(int number) => number >= _offset ? _closes[number - _offset] : older.CloseAt(number);

    private uint StartAt(int number) => number >= _offset ? _starts[number - _offset] : older.StartAt(number);

    /// <summary>The close of the bucket that starts exactly 24 h before <paramref name="startMicros"/>, or NaN. Ask in ascending order.</summary>
    public double CloseDayBefore(long startMicros)
    {
        long wanted = startMicros / UnixMicros.PerSecond - DaySeconds;
        int number = _dayBefore < 0 ? older.LowerBound(wanted) : _dayBefore;
        while (number < _end && StartAt(number) < wanted)
        {
            number++;
        }

        _dayBefore = number;
        return number < _end && StartAt(number) == wanted ? CloseAt(number) : double.NaN;
    }

    public void Append(long startMicros, double close)
    {
        if (_end - _offset == _starts.Length)
        {
            MakeRoom();
        }

        _starts[_end - _offset] = (uint)(startMicros / UnixMicros.PerSecond);
        _closes[_end - _offset] = close;
        _end++;
    }

    /// <summary>What a base after this run has to remember, in arrays of its own; the run must have begun with no older history.</summary>
    public CloseHistory Freeze(long lastEndMicros)
    {
        long keptFrom = KeptFrom(lastEndMicros);
        int first = Math.Max(_offset, _end - IndicatorState.LongMean);
        while (first > _offset && _starts[first - 1 - _offset] >= keptFrom)
        {
            first--;
        }

        Range kept = (first - _offset)..(_end - _offset);
        return CloseHistory.Of(_starts.AsSpan(kept), _closes.AsSpan(kept), _end);
    }

    /// <summary>The oldest bucket start that a later bucket's 24 h change can ask for, in seconds.</summary>
    public static long KeptFrom(long lastEndMicros) => lastEndMicros / UnixMicros.PerSecond - DaySeconds;

    private void MakeRoom()
    {
        int kept = _end - Math.Max(_offset, Math.Min(_dayBefore < 0 ? _offset : _dayBefore, _end - IndicatorState.LongMean));
        int drop = _end - _offset - kept;
        int room = Math.Max(CapacityMin, kept * 2);
        uint[] starts = room > _starts.Length ? new uint[room] : _starts;
        double[] closes = room > _closes.Length ? new double[room] : _closes;
        _starts.AsSpan(drop, kept).CopyTo(starts);
        _closes.AsSpan(drop, kept).CopyTo(closes);
        (_starts, _closes) = (starts, closes);
        _offset += drop;
    }
}
