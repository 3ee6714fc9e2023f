namespace CryptoInsight.Sources.Binance.Streams;

/// <summary>Keeps attempts to connect below the exchange's limit for one IP: so many in any five minutes. Safe for several threads.</summary>
internal sealed class DialPacer(int attemptsMax, TimeProvider time)
{
    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly Queue<long> _attempts = new();

    /// <summary>Attempts so far.</summary>
    public long Attempts { get; private set; }

    /// <summary>Waits until one more attempt is lawful, and counts it.</summary>
    public async Task WaitTurnAsync(CancellationToken cancellationToken)
    {
        while (TryTake() is { } wait)
        {
            await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private TimeSpan? TryTake()
    {
        lock (_gate)
        {
            long now = time.GetTimestamp();
            while (_attempts.TryPeek(out long oldest) && time.GetElapsedTime(oldest, now) >= s_window)
            {
                _attempts.Dequeue();
            }

            if (_attempts.Count >= attemptsMax)
            {
                return s_window - time.GetElapsedTime(_attempts.Peek(), now) + TimeSpan.FromMilliseconds(1);
            }

            _attempts.Enqueue(now);
            Attempts++;
            return null;
        }
    }
}
