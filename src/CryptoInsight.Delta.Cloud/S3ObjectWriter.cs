using Amazon.S3.Model;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Cloud;

/// <summary>Writes an object to S3: whole if it fits one part, else as a multipart upload that appears when it is completed. Never replaces.</summary>
internal sealed class S3ObjectWriter : IObjectWriter
{
    private readonly S3ObjectStore _store;
    private readonly string _key;
    private readonly PartStream _stream;
    private readonly CancellationTokenSource _abandoned = new();
    private readonly List<PartETag> _parts = [];
    private string? _upload;
    private bool _isEnded;
    private bool _isComplete;
    private bool _closed;

    internal S3ObjectWriter(S3ObjectStore store, string key)
    {
        _store = store;
        _key = StoreKey.Check(key);
        _stream = new PartStream(store.Options.PartBytes, (number, part) => SendAsync(number, part, _abandoned.Token));
    }

    /// <inheritdoc/>
    public Stream Stream => _stream;

    /// <inheritdoc/>
    public async Task<long> CompleteAsync(CancellationToken ct = default)
    {
        ObjectDisposedException.ThrowIf(_closed || _isEnded, this);
        _isEnded = true;
        await _stream.SettleAsync().WaitAsync(ct).ConfigureAwait(false);
        if (_stream.Parts > 0)
        {
            await SendAsync(_stream.Parts + 1, _stream.Rest, ct).ConfigureAwait(false);
        }

        bool isCreated = _upload is { } upload
            ? await _store.CompleteUploadAsync(_key, upload, _parts, ct).ConfigureAwait(false)
            : await _store.PutIfAbsentAsync(_key, _stream.Rest, ct).ConfigureAwait(false);
        if (!isCreated)
        {
            throw new IOException($"'{_key}' at {_store.Root} exists already: data files are never overwritten. Use a fresh name.");
        }

        _isComplete = true;
        return _stream.Length;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        if (!_isComplete)
        {
            await _abandoned.CancelAsync().ConfigureAwait(false);
            await AbandonAsync().ConfigureAwait(false);
        }

        _abandoned.Dispose();
    }

    // Parts are sent one after another, so the first one begins the upload.
    private async Task SendAsync(int number, ReadOnlyMemory<byte> part, CancellationToken ct)
    {
        // Not cancellable: an upload whose id nobody learnt could not be aborted.
        _upload ??= await _store.BeginUploadAsync(_key, CancellationToken.None).ConfigureAwait(false);
        _parts.Add(await _store.UploadPartAsync(_key, _upload, number, part, ct).ConfigureAwait(false));
    }

    private async Task AbandonAsync()
    {
        try
        {
            // A part that is still under way would outlive the abort.
            await _stream.SettleAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or UnauthorizedAccessException)
        {
            // Whoever wrote has been told, or gave up itself.
        }

        if (_upload is null)
        {
            return;
        }

        try
        {
            await _store.AbortUploadAsync(_key, _upload).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Thrown here it would hide why the object was given up.
            _store.Options.OnAbortFault?.Invoke(e);
        }
    }
}
