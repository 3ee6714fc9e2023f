namespace CryptoInsight.Sources.Binance;

/// <summary>The exchange's clock as seen from here: measured at the midpoint of a round trip, carried on by a clock that nobody sets.</summary>
/// <remarks>Safe for several threads. Between two measurements it runs on the monotonic clock, so a step of the local wall clock does not reach it.</remarks>
public sealed class ServerClock
{
    // Quartz is good to some 50 millionths; twice that is promised.
    private const long DriftPerMillion = 100;
    private const long ResolutionMicros = UnixMicros.PerMillisecond; // the exchange cuts its time to milliseconds

    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private long _anchorStamp;
    private UnixMicros _anchorTime;
    private long _anchorErrorMicros;

    /// <summary>Until something is measured the local wall clock is taken for the exchange's, and called uncertain by <paramref name="unmeasuredError"/>.</summary>
    public ServerClock(TimeProvider time, TimeSpan? unmeasuredError = null)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        _anchorStamp = time.GetTimestamp();
        _anchorTime = UnixMicros.From(time.GetUtcNow());
        _anchorErrorMicros = (unmeasuredError ?? TimeSpan.FromSeconds(5)).Ticks / TimeSpan.TicksPerMicrosecond;
    }

    /// <summary>True once the exchange has told its time.</summary>
    public bool IsMeasured { get; private set; }

    /// <summary>The exchange's time, as far as we know.</summary>
    public UnixMicros Now
    {
        get
        {
            lock (_gate)
            {
                return _anchorTime + ElapsedMicros();
            }
        }
    }

    /// <summary>How far <see cref="Now"/> may be off, in microseconds.</summary>
    public long ErrorMicros
    {
        get
        {
            lock (_gate)
            {
                return CurrentError();
            }
        }
    }

    /// <summary>An instant that has passed on the exchange's clock for certain.</summary>
    public UnixMicros SurelyPassed
    {
        get
        {
            lock (_gate)
            {
                return _anchorTime + (ElapsedMicros() - CurrentError());
            }
        }
    }

    /// <summary>The exchange's time minus the local wall clock's, in microseconds: for people.</summary>
    public long OffsetMicros => Now - UnixMicros.From(_time.GetUtcNow());

    /// <summary>A mark to measure a round trip from.</summary>
    public long Mark() => _time.GetTimestamp();

    /// <summary>Takes a measurement: the request left at <paramref name="sentMark"/>, its answer is here now and says what time it was there.</summary>
    public void Observe(long sentMark, UnixMicros serverTime)
    {
        long received = _time.GetTimestamp();
        long roundTrip = Micros(_time.GetElapsedTime(sentMark, received));
        long error = roundTrip / 2 + ResolutionMicros;
        lock (_gate)
        {
            // A worse measurement than what the old one has become by now says nothing new, unless the two contradict each other.
            UnixMicros measured = serverTime + (roundTrip / 2 + ResolutionMicros / 2);
            long apart = Math.Abs(measured - (_anchorTime + ElapsedMicros()));
            if (!IsMeasured || error < CurrentError() || apart > error + CurrentError())
            {
                _anchorStamp = received;
                _anchorTime = measured;
                _anchorErrorMicros = error;
                IsMeasured = true;
            }
        }
    }

    private long CurrentError() => _anchorErrorMicros + (IsMeasured ? ElapsedMicros() * DriftPerMillion / 1_000_000 : 0);

    private long ElapsedMicros() => Micros(_time.GetElapsedTime(_anchorStamp));

    private static long Micros(TimeSpan span) => span.Ticks / TimeSpan.TicksPerMicrosecond;
}
