using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Amazon.S3;
using Amazon.S3.Model;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Cloud;

/// <summary>A prefix of an S3 bucket as an object store.</summary>
/// <remarks>Put-if-absent is <c>PUT</c> with <c>If-None-Match: *</c>, which Amazon's S3 has had since August 2024; a store that ignores the header lets two writers both win:
/// ask <see cref="RefusesOverwriteAsync"/> before trusting a store of another make.
/// <b>Source</b>: Amazon S3 API reference, PutObject and CompleteMultipartUpload (412: the key exists; 409 ConditionalRequestConflict: a write of the key was under way, try again).</remarks>
public sealed class S3ObjectStore : IObjectStore
{
    private const int RacedPutsMax = 12;
    private const int BrokenBodiesMax = 3;

    private readonly S3Connection _connection;
    private readonly string _bucket;
    private readonly string _base;

    internal S3ObjectStore(S3Connection connection, string bucket, string prefix)
    {
        ArgumentException.ThrowIfNullOrEmpty(bucket);
        ArgumentNullException.ThrowIfNull(prefix);
        if (!StoreKey.IsLawful(bucket) || bucket.Contains('/', StringComparison.Ordinal))
        {
            throw new ArgumentException("A bucket's name has no slash and no control character.", nameof(bucket));
        }

        _connection = connection;
        _bucket = bucket;
        _base = prefix.Length == 0 ? "" : StoreKey.Check(prefix) + "/";
        Root = new Uri($"s3://{bucket}/{string.Join('/', _base.Split('/').Select(Uri.EscapeDataString))}");
    }

    /// <inheritdoc/>
    public Uri Root { get; }

    internal S3ConnectionOptions Options => _connection.Options;

    /// <inheritdoc/>
    public async Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct = default)
    {
        string name = NameOf(key);
        for (int attempt = 0; attempt < RacedPutsMax; attempt++)
        {
            bool? created = await GuardAsync(What("Creating", key), () => TryCreateAsync(name, content, ct), ct).ConfigureAwait(false);
            if (created is { } answer)
            {
                return answer;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(250, 5 << attempt)), Options.Clock, ct).ConfigureAwait(false);
        }

        throw new IOException($"{What("Creating", key)} at {Root} failed: {RacedPutsMax} times another write of it was under way. Nothing was written; try again later.");
    }

    /// <inheritdoc/>
    public Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct = default)
    {
        PutObjectRequest request = PutOf(NameOf(key), content);
        return GuardAsync(What("Writing", key), () => _connection.Repeating.PutObjectAsync(request, ct), ct);
    }

    /// <inheritdoc/>
    public Task<IObjectWriter> CreateAsync(string key, CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        return Task.FromResult<IObjectWriter>(new S3ObjectWriter(this, key));
    }

    /// <inheritdoc/>
    public async Task<byte[]> ReadAsync(string key, CancellationToken ct = default) =>
        (await GetAsync(key, new GetObjectRequest { BucketName = _bucket, Key = NameOf(key) }, lengthMax: Array.MaxLength, ct).ConfigureAwait(false)).Bytes;

    /// <inheritdoc/>
    public async Task<Stream> OpenReadAsync(string key, CancellationToken ct = default)
    {
        // The last block, the length and the ETag in one request.
        string name = NameOf(key);
        GetObjectRequest request = new() { BucketName = _bucket, Key = name, ByteRange = new ByteRange(string.Create(CultureInfo.InvariantCulture, $"bytes=-{Options.BlockBytes}")) };
        try
        {
            (byte[] tail, long length, string etag) = await GetAsync(key, request, Options.BlockBytes, ct).ConfigureAwait(false);
            return new RangeReadStream((offset, into, c) => FetchAsync(key, etag, offset, into, c), length, tail, Options.BlockBytes);
        }
        catch (IOException e) when (e.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.RequestedRangeNotSatisfiable })
        {
            // An empty object has no last bytes.
            return (await FindAsync(key, ct).ConfigureAwait(false))?.Length switch
            {
                0 => new MemoryStream([], writable: false),
                null => throw new ObjectNotFoundException(key, Root),
                _ => throw new IOException($"{What("Reading", key)} at {Root} failed: the store does not serve the last bytes of an object.", e),
            };
        }
    }

    /// <inheritdoc/>
    public Task<StoredObject?> FindAsync(string key, CancellationToken ct = default)
    {
        GetObjectMetadataRequest request = new() { BucketName = _bucket, Key = NameOf(key) };
        return GuardAsync<StoredObject?>(What("Looking for", key), async () =>
        {
            try
            {
                GetObjectMetadataResponse found = await _connection.Repeating.GetObjectMetadataAsync(request, ct).ConfigureAwait(false);
                return new StoredObject(key, found.ContentLength, Instant(found.LastModified));
            }
            catch (AmazonS3Exception e) when (S3Faults.IsAbsence(e))
            {
                return null;
            }
        }, ct);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredObject> ListAsync(string prefix, string? after = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return OrdinalOrder.Restore(PagesAsync(prefix, after, ct), ct);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken ct = default)
    {
        DeleteObjectRequest request = new() { BucketName = _bucket, Key = NameOf(key) };
        return GuardAsync(What("Deleting", key), async () =>
        {
            try
            {
                await _connection.Repeating.DeleteObjectAsync(request, ct).ConfigureAwait(false);
            }
            catch (AmazonS3Exception e) when (S3Faults.IsAbsence(e))
            {
                // Amazon's S3 answers 204 all the same, some others do not.
            }

            return true;
        }, ct);
    }

    /// <summary>Whether the store keeps the promise that everything rests on: creates <paramref name="probeKey"/> twice, sees the second refused, and removes it. False: do not keep tables there.</summary>
    /// <param name="probeKey">A key that nobody else uses.</param>
    /// <param name="ct">Cancels between the steps.</param>
    public async Task<bool> RefusesOverwriteAsync(string probeKey, CancellationToken ct = default)
    {
        await PutIfAbsentAsync(probeKey, "probe 1"u8.ToArray(), ct).ConfigureAwait(false);
        bool isRefused = !await PutIfAbsentAsync(probeKey, "probe 2"u8.ToArray(), ct).ConfigureAwait(false);
        await DeleteAsync(probeKey, ct).ConfigureAwait(false);
        return isRefused;
    }

    internal Task<string> BeginUploadAsync(string key, CancellationToken ct) => GuardAsync(What("Creating", key), async () =>
        (await _connection.Repeating.InitiateMultipartUploadAsync(new InitiateMultipartUploadRequest { BucketName = _bucket, Key = NameOf(key) }, ct).ConfigureAwait(false)).UploadId, ct);

    /// <summary>Sends one part; returns what names it when the upload is completed. The same part sent twice is one part.</summary>
    internal Task<PartETag> UploadPartAsync(string key, string upload, int number, ReadOnlyMemory<byte> part, CancellationToken ct) => GuardAsync(What("Writing", key), async () =>
    {
        UploadPartRequest request = new()
        {
            BucketName = _bucket,
            Key = NameOf(key),
            UploadId = upload,
            PartNumber = number,
            PartSize = part.Length,
            InputStream = StreamOf(part),
            UseChunkEncoding = false,
        };
        return new PartETag(await _connection.Repeating.UploadPartAsync(request, ct).ConfigureAwait(false));
    }, ct);

    /// <summary>Makes the object of its parts if no object has the key; false if one has.</summary>
    internal Task<bool> CompleteUploadAsync(string key, string upload, List<PartETag> parts, CancellationToken ct) => GuardAsync(What("Creating", key), async () =>
    {
        try
        {
            await _connection.Once.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest { BucketName = _bucket, Key = NameOf(key), UploadId = upload, PartETags = parts, IfNoneMatch = "*" }, ct).ConfigureAwait(false);
            return true;
        }
        catch (AmazonS3Exception e) when (S3Faults.IsConditionFailed(e))
        {
            return false;
        }
    }, ct);

    /// <summary>Throws the parts away; no error if the upload is gone already.</summary>
    internal Task AbortUploadAsync(string key, string upload) => GuardAsync(What("Abandoning", key), async () =>
    {
        try
        {
            await _connection.Repeating.AbortMultipartUploadAsync(new AbortMultipartUploadRequest { BucketName = _bucket, Key = NameOf(key), UploadId = upload }, CancellationToken.None).ConfigureAwait(false);
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            // Completed after all, or aborted by a rule of the bucket.
        }

        return true;
    }, CancellationToken.None);

    private static string What(string verb, string key) => $"{verb} '{key}'";

    private static DateTimeOffset Instant(DateTime? at) => new((at ?? DateTime.UnixEpoch).ToUniversalTime());

    private static MemoryStream StreamOf(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out ArraySegment<byte> array) ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false) : new MemoryStream(bytes.ToArray(), writable: false);

    private Task<T> GuardAsync<T>(string what, Func<Task<T>> request, CancellationToken ct) => S3Faults.GuardAsync(what, Root, request, ct);

    private string NameOf(string key) => _base + StoreKey.Check(key);

    private PutObjectRequest PutOf(string name, ReadOnlyMemory<byte> content) => new() { BucketName = _bucket, Key = name, InputStream = StreamOf(content), UseChunkEncoding = false };

    // Null: raced, nothing happened.
    private async Task<bool?> TryCreateAsync(string name, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        PutObjectRequest request = PutOf(name, content);
        request.IfNoneMatch = "*";
        try
        {
            await _connection.Once.PutObjectAsync(request, ct).ConfigureAwait(false);
            return true;
        }
        catch (AmazonS3Exception e) when (S3Faults.IsConditionFailed(e))
        {
            return false;
        }
        catch (AmazonS3Exception e) when (S3Faults.IsRaced(e))
        {
            return null;
        }
    }

    // The bytes asked for, the length of the whole object, and the name of this version of it.
    private async Task<(byte[] Bytes, long Length, string ETag)> GetAsync(string key, GetObjectRequest request, long lengthMax, CancellationToken ct)
    {
        for (int attempt = 1; ; attempt++)
        {
            GetObjectResponse response = await SendAsync(key, request, ct).ConfigureAwait(false);
            if (response.ContentLength > lengthMax)
            {
                response.Dispose();
                throw new IOException($"{What("Reading", key)} at {Root} failed: {response.ContentLength} bytes came where at most {lengthMax} can be taken. The store does not serve ranges, or the object is too large to be read whole.");
            }

            byte[] bytes = new byte[response.ContentLength];
            if (await TryFillAsync(response, bytes, isLast: attempt == BrokenBodiesMax, key, ct).ConfigureAwait(false))
            {
                return (bytes, ContentRangeHeader.TotalOf(response.ContentRange) ?? bytes.Length, response.ETag);
            }
        }
    }

    // One range of the version that was opened: an object replaced meanwhile is an error, not a mix of both.
    private async Task FetchAsync(string key, string etag, long offset, Memory<byte> into, CancellationToken ct)
    {
        GetObjectRequest request = new() { BucketName = _bucket, Key = NameOf(key), ByteRange = new ByteRange(offset, offset + into.Length - 1), EtagToMatch = etag };
        for (int attempt = 1; ; attempt++)
        {
            GetObjectResponse response = await SendAsync(key, request, ct).ConfigureAwait(false);
            if (response.ContentLength != into.Length)
            {
                response.Dispose();
                throw new IOException($"{What("Reading", key)} at {Root} failed: {response.ContentLength} bytes came where {into.Length} were asked for.");
            }

            if (await TryFillAsync(response, into, isLast: attempt == BrokenBodiesMax, key, ct).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    private Task<GetObjectResponse> SendAsync(string key, GetObjectRequest request, CancellationToken ct) => GuardAsync(What("Reading", key), async () =>
    {
        try
        {
            return await _connection.Repeating.GetObjectAsync(request, ct).ConfigureAwait(false);
        }
        catch (AmazonS3Exception e) when (S3Faults.IsAbsence(e))
        {
            throw new ObjectNotFoundException(key, Root);
        }
        catch (AmazonS3Exception e) when (S3Faults.IsConditionFailed(e))
        {
            throw new IOException($"{What("Reading", key)} at {Root} failed: the object was replaced while it was read. Open it again.", e);
        }
    }, ct);

    private async Task<bool> TryFillAsync(GetObjectResponse response, Memory<byte> into, bool isLast, string key, CancellationToken ct)
    {
        try
        {
            // The SDK compares checksums when the answer is closed: that may throw too.
            using (response)
            {
                await response.ResponseStream.ReadExactlyAsync(into, ct).ConfigureAwait(false);
            }

            return true;
        }
        catch (Exception e) when (S3Faults.IsBrokenBody(e, ct))
        {
            return isLast ? throw new IOException($"{What("Reading", key)} at {Root} failed: {BrokenBodiesMax} times the answer broke off or did not match its checksum.", e) : false;
        }
    }

    private async IAsyncEnumerable<StoredObject> PagesAsync(string prefix, string? after, [EnumeratorCancellation] CancellationToken ct)
    {
        string start = after is null ? "" : _base + OrdinalOrder.StartFor(after);
        ListObjectsV2Request request = new() { BucketName = _bucket, Prefix = _base + prefix, StartAfter = start.Length == 0 ? null : start, MaxKeys = Options.ListPageKeys };
        while (true)
        {
            ListObjectsV2Response page = await GuardAsync(What("Listing", prefix), () => _connection.Repeating.ListObjectsV2Async(request, ct), ct).ConfigureAwait(false);
            foreach (S3Object found in page.S3Objects ?? [])
            {
                string key = found.Key[_base.Length..];

                // Consoles leave empty objects that end in a slash to show folders: not ours.
                if (StoreKey.IsLawful(key) && (after is null || string.CompareOrdinal(key, after) > 0))
                {
                    yield return new StoredObject(key, found.Size ?? 0, Instant(found.LastModified));
                }
            }

            if (page.IsTruncated != true)
            {
                yield break;
            }

            request.ContinuationToken = page.NextContinuationToken;
        }
    }
}
