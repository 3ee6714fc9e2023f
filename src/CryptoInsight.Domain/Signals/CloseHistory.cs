namespace CryptoInsight.Domain.Signals;

/// <summary>Start and close of the last buckets before a base: as many as moving means and the 24 h change can ask for.</summary>
/// <remarks>Immutable to its readers. Buckets are numbered from the symbol's first one; <see cref="First"/> to <see cref="End"/> are kept. Neighbours in time share one
/// append-only buffer: the state that first writes past the end owns that place (claimed atomically), any other copies; so a step costs one store, not a copy.</remarks>
internal sealed class CloseHistory
{
    public static readonly CloseHistory Empty = new(new Buffer(0), 0, 0);

    private readonly Buffer _buffer;

    private CloseHistory(Buffer buffer, int first, int end)
    {
        _buffer = buffer;
        First = first;
        End = end;
    }

    /// <summary>Number of the oldest bucket that is kept.</summary>
    public int First { get; }

    /// <summary>Number after the newest bucket.</summary>
    public int End { get; }

    public double CloseAt(int number) => _buffer.Closes[number - _buffer.Offset];

    /// <summary>Seconds since the epoch.</summary>
    public uint StartAt(int number) => _buffer.Starts[number - _buffer.Offset];

    /// <summary>The first kept bucket that starts at or after <paramref name="seconds"/>, or <see cref="End"/>.</summary>
    public int LowerBound(long seconds)
    {
        int low = First, high = End;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (StartAt(middle) < seconds)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>The history with more buckets, of which it keeps the last 200 and those that start at or after <paramref name="keptFromSeconds"/>.</summary>
    public CloseHistory Append(ReadOnlySpan<uint> starts, ReadOnlySpan<double> closes, long keptFromSeconds)
    {
        int end = End + starts.Length;
        Buffer buffer = _buffer;
        if (!starts.IsEmpty && !buffer.TryAppend(End, starts, closes))
        {
            buffer = new Buffer(First, this, starts, closes);
        }

        CloseHistory whole = new(buffer, First, end);
        int first = Math.Max(First, Math.Min(whole.LowerBound(keptFromSeconds), end - IndicatorState.LongMean));
        return new CloseHistory(buffer, first, end);
    }

    /// <summary>A history of its own of these buckets, the last of which has the number before <paramref name="end"/>.</summary>
    public static CloseHistory Of(ReadOnlySpan<uint> starts, ReadOnlySpan<double> closes, int end)
    {
        int first = end - starts.Length;
        return new CloseHistory(new Buffer(first, new CloseHistory(new Buffer(first), first, first), starts, closes), first, end);
    }

    private sealed class Buffer
    {
        private int _claimed; // number after the last bucket that somebody has written

        public Buffer(int offset)
        {
            Offset = _claimed = offset;
            Starts = [];
            Closes = [];
        }

        public Buffer(int offset, CloseHistory old, ReadOnlySpan<uint> starts, ReadOnlySpan<double> closes)
        {
            int kept = old.End - old.First;
            int count = kept + starts.Length;
            int capacity = count + Math.Max(16, count / 8);
            Offset = offset;
            Starts = new uint[capacity];
            Closes = new double[capacity];
            old._buffer.Starts.AsSpan(old.First - old._buffer.Offset, kept).CopyTo(Starts);
            old._buffer.Closes.AsSpan(old.First - old._buffer.Offset, kept).CopyTo(Closes);
            starts.CopyTo(Starts.AsSpan(kept));
            closes.CopyTo(Closes.AsSpan(kept));
            _claimed = offset + count;
        }

        /// <summary>Number of the bucket in place 0.</summary>
        public int Offset { get; }

        public uint[] Starts { get; }

        public double[] Closes { get; }

        public bool TryAppend(int end, ReadOnlySpan<uint> starts, ReadOnlySpan<double> closes)
        {
            if (end + starts.Length - Offset > Starts.Length || Interlocked.CompareExchange(ref _claimed, end + starts.Length, end) != end)
            {
                return false;
            }

            starts.CopyTo(Starts.AsSpan(end - Offset));
            closes.CopyTo(Closes.AsSpan(end - Offset));
            return true;
        }
    }
}
