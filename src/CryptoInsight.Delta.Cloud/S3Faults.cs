using System.Buffers;
using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Cloud;

/// <summary>Turns what the SDK throws into what callers of a store expect: <see cref="IOException"/>, or <see cref="UnauthorizedAccessException"/> where trying again is no use.</summary>
internal static class S3Faults
{
    private static readonly SearchValues<char> s_codeLetters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_");

    /// <summary>Runs a request; faults leave it translated, cancellation by the caller as it is.</summary>
    public static async Task<T> GuardAsync<T>(string what, Uri root, Func<Task<T>> request, CancellationToken ct)
    {
        try
        {
            return await request().ConfigureAwait(false);
        }
        catch (Exception e) when (IsFault(e, ct))
        {
            throw Translate(what, root, e);
        }
    }

    /// <summary>No object has the key (a missing bucket is another matter).</summary>
    public static bool IsAbsence(AmazonS3Exception e) => e.StatusCode == HttpStatusCode.NotFound && e.ErrorCode is not ("NoSuchBucket" or "NoSuchUpload");

    /// <summary>The condition of a conditional request does not hold.</summary>
    public static bool IsConditionFailed(AmazonS3Exception e) => e.StatusCode == HttpStatusCode.PreconditionFailed;

    /// <summary>Another conditional write of the key was under way; this one did nothing.</summary>
    public static bool IsRaced(AmazonS3Exception e) => e.StatusCode == HttpStatusCode.Conflict;

    /// <summary>A body that broke off: the SDK repeats requests, but not the reading of what they return.</summary>
    public static bool IsBrokenBody(Exception e, CancellationToken ct) => !ct.IsCancellationRequested && e is (IOException or HttpRequestException or AmazonClientException or OperationCanceledException or TimeoutException);

    // A time-out inside the SDK is a cancellation that nobody asked for: for the caller that is a failed request, whose outcome is open.
    private static bool IsFault(Exception e, CancellationToken ct) => e switch
    {
        AmazonServiceException or AmazonClientException or HttpRequestException or TimeoutException => true,
        ObjectNotFoundException or IOException { InnerException: AmazonServiceException } => false,
        IOException => true,
        OperationCanceledException => !ct.IsCancellationRequested,
        _ => false,
    };

    private static Exception Translate(string what, Uri root, Exception e) => e switch
    {
        AmazonServiceException { StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized } service =>
            new UnauthorizedAccessException($"{what} at {root} was refused ({Code(service)}). Check the credentials, their rights on the bucket, and this machine's clock.", e),
        AmazonServiceException { ErrorCode: "NoSuchBucket" } =>
            new IOException($"{what} failed: the bucket of {root} does not exist. Make it first, or name another.", e),
        AmazonServiceException { StatusCode: HttpStatusCode.NotImplemented } service =>
            new IOException($"{what} at {root} failed: the store does not know this operation ({Code(service)}). It must support conditional writes (If-None-Match).", e),
        AmazonServiceException service when service.StatusCode != 0 =>
            new IOException($"{what} at {root} failed: the store answered {(int)service.StatusCode} ({Code(service)}). A write may have taken effect all the same: look before repeating it.", e),
        _ => new IOException($"{what} at {root} failed: no answer from the store ({e.GetType().Name}). A write may have taken effect all the same: look before repeating it.", e),
    };

    // The code comes over the wire: into a message only if it looks like one.
    private static string Code(AmazonServiceException e) =>
        e.ErrorCode is { Length: > 0 and <= 64 } code && code.AsSpan().IndexOfAnyExcept(s_codeLetters) < 0 ? code : "no usable error code";
}
