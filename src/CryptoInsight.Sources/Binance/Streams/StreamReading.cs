namespace CryptoInsight.Sources.Binance.Streams;

/// <summary>One connection while it is read: every message is handed over as it comes, until the connection ends or is let go.</summary>
internal sealed class StreamReading : IAsyncDisposable
{
    private readonly IStreamSocket _socket;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _spoke = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lastMessage;

    public StreamReading(IStreamSocket socket, TimeProvider time, Action<ReadOnlyMemory<byte>> message)
    {
        _socket = socket;
        _time = time;
        _lastMessage = time.GetTimestamp();
        Began = _lastMessage;
        Ended = ReadAsync(message);
    }

    /// <summary>When it was opened.</summary>
    public long Began { get; }

    /// <summary>Ends with why the connection ended.</summary>
    public Task<string> Ended { get; }

    /// <summary>Ends with the first message.</summary>
    public Task Spoke => _spoke.Task;

    /// <summary>How long it has said nothing.</summary>
    public TimeSpan Silence => _time.GetElapsedTime(Interlocked.Read(ref _lastMessage));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await ((Task)Ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _socket.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task<string> ReadAsync(Action<ReadOnlyMemory<byte>> message)
    {
        try
        {
            while (await _socket.ReceiveAsync(_stop.Token).ConfigureAwait(false) is { } bytes)
            {
                Interlocked.Exchange(ref _lastMessage, _time.GetTimestamp());
                _spoke.TrySetResult();
                message(bytes);
            }

            return "the exchange closed the connection";
        }
        catch (StreamBrokenException broken)
        {
            return broken.Message;
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return "it was let go";
        }
    }
}
