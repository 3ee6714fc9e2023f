namespace CryptoInsight.Sources.Binance.Streams;

/// <summary>One share of the streams, kept connected: made again after a loss, and replaced with an overlap before the exchange ends it.</summary>
internal sealed class StreamLine(Uri address, IReadOnlyList<CandleSeries> series, KlineStreamOptions options, IStreamDialer dialer, DialPacer pacer, ServerClock clock, TimeProvider time, int seed)
{
    private static readonly TimeSpan s_replaceEveryMax = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_shutdownSpreadMax = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_proven = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Random _random = new(seed);
    private readonly Dictionary<CandleSeries, int> _missedInARow = [];
    private StreamReading? _current;
    private TaskCompletionSource<(string Why, TimeSpan After)> _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TimeSpan _replaceEvery = options.ReplaceEvery;
    private long? _replacedForSilence;
    private int _failures;

    /// <summary>Whose streams it carries.</summary>
    public IReadOnlyList<CandleSeries> Series => series;

    /// <summary>Whether it stands.</summary>
    public StreamState State { get; private set; } = new(false, clock.Now, "not connected yet");

    /// <summary>Connections that ended by themselves.</summary>
    public long Losses { get; private set; }

    /// <summary>Connections that were replaced while they stood.</summary>
    public long Replacements { get; private set; }

    /// <summary>Keeps it connected until it is cancelled.</summary>
    public async Task RunAsync(Action<ReadOnlyMemory<byte>> message, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                if (await OpenAsync(message, cancellationToken).ConfigureAwait(false) is { } next)
                {
                    await TakeOverAsync(next, cancellationToken).ConfigureAwait(false);
                    await UntilNextAsync(next, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            if (_current is { } last)
            {
                await last.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Asks for a new connection beside the one that stands: the exchange has announced that it will end it.</summary>
    public void ShutdownAnnounced() => Ask("the exchange announced its end", Chance(s_shutdownSpreadMax));

    /// <summary>A candle of this series came by REST, but not by the stream. Enough of that, and the connection is replaced.</summary>
    public void Missed(CandleSeries one)
    {
        lock (_gate)
        {
            int missed = _missedInARow[one] = _missedInARow.GetValueOrDefault(one) + 1;
            bool isSilent = missed >= options.SilentCandlesMax || _current?.Silence > options.SilenceMax;
            bool isEarly = _replacedForSilence is { } last && time.GetElapsedTime(last) < _replaceEvery;
            if (!isSilent || isEarly)
            {
                return;
            }

            // What did not help the last time is tried more rarely: a quiet market closes its candles late for ever.
            _replaceEvery = _replacedForSilence is null ? options.ReplaceEvery : Shorter(2 * _replaceEvery, s_replaceEveryMax);
            _replacedForSilence = time.GetTimestamp();
            _missedInARow.Clear();
        }

        Ask($"it did not tell candles of {one} that REST has", TimeSpan.Zero);
    }

    /// <summary>A candle of this series was told.</summary>
    public void Told(CandleSeries one)
    {
        lock (_gate)
        {
            _missedInARow.Remove(one);
        }
    }

    private async Task<StreamReading?> OpenAsync(Action<ReadOnlyMemory<byte>> message, CancellationToken cancellationToken)
    {
        await pacer.WaitTurnAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            IStreamSocket socket = await dialer.DialAsync(address, cancellationToken).ConfigureAwait(false);
            return new StreamReading(socket, time, message);
        }
        catch (StreamBrokenException broken)
        {
            if (_current is null)
            {
                State = new StreamState(false, State.IsUp ? clock.Now : State.Since, broken.Message);
            }

            TimeSpan wait = Longer(Backoff(), broken.RetryAfter is { } asked ? asked + Chance(asked / 4) : TimeSpan.Zero);
            await NapAsync(wait, _current?.Ended, cancellationToken).ConfigureAwait(false);
            if (_current is { Ended.IsCompleted: true } ended)
            {
                await LoseAsync(ended).ConfigureAwait(false);
            }

            return null;
        }
    }

    // The old connection speaks until the new one does: what both tell is dropped by whoever takes it.
    private async Task TakeOverAsync(StreamReading next, CancellationToken cancellationToken)
    {
        if (_current is { } old)
        {
            await NapAsync(options.OverlapMax, Task.WhenAny(next.Spoke, next.Ended), cancellationToken).ConfigureAwait(false);
            await old.DisposeAsync().ConfigureAwait(false);
            Replacements++;
        }

        lock (_gate)
        {
            _current = next;
            if (_asked.Task.IsCompleted)
            {
                _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        State = new StreamState(true, clock.Now, "connected");
    }

    private async Task UntilNextAsync(StreamReading reading, CancellationToken cancellationToken)
    {
        TimeSpan life = options.LifeMax - Chance(options.LifeJitterMax);
        Task<(string Why, TimeSpan After)> asked = _asked.Task;
        await NapAsync(life, Task.WhenAny(reading.Ended, asked), cancellationToken).ConfigureAwait(false);
        if (!reading.Ended.IsCompleted && asked.IsCompleted)
        {
            await NapAsync((await asked.ConfigureAwait(false)).After, reading.Ended, cancellationToken).ConfigureAwait(false);
        }

        if (reading.Ended.IsCompleted)
        {
            await LoseAsync(reading).ConfigureAwait(false);
            await NapAsync(Backoff(), null, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task LoseAsync(StreamReading reading)
    {
        string why = await reading.Ended.ConfigureAwait(false); // a bug in whoever takes the messages comes out here
        State = new StreamState(false, clock.Now, why);
        Losses++;
        _failures = time.GetElapsedTime(reading.Began) > s_proven ? 0 : _failures;
        lock (_gate)
        {
            _current = null;
        }

        await reading.DisposeAsync().ConfigureAwait(false);
    }

    private void Ask(string why, TimeSpan after)
    {
        lock (_gate)
        {
            _asked.TrySetResult((why, after));
        }
    }

    private TimeSpan Backoff()
    {
        _failures++;
        TimeSpan whole = Shorter(options.BackoffMax, options.BackoffMin * Math.Pow(2, Math.Min(_failures - 1, 20)));
        return whole / 2 + Chance(whole / 2);
    }

    private async Task NapAsync(TimeSpan length, Task? until, CancellationToken cancellationToken)
    {
        if (length > TimeSpan.Zero)
        {
            await (until ?? Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken))
                .WaitAsync(length, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    private TimeSpan Chance(TimeSpan max)
    {
        lock (_gate)
        {
            return max * _random.NextDouble();
        }
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
