using Amazon;
using Amazon.Runtime;
using Amazon.S3;

namespace CryptoInsight.Delta.Cloud;

/// <summary>A connection to S3 that any number of stores share. Safe for concurrent use; dispose it after the last store.</summary>
public sealed class S3Connection : IDisposable
{
    /// <summary>A connection; nothing is sent before the first call of a store.</summary>
    public S3Connection(S3ConnectionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.PartBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.BlockBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(options.RetriesMax);
        ArgumentOutOfRangeException.ThrowIfNotEqual(options.ListPageKeys, Math.Clamp(options.ListPageKeys, 1, 1000));
        Options = options;
        Repeating = Client(options, options.RetriesMax);
        Once = Client(options, retries: 0);
    }

    /// <summary>How the connection is used.</summary>
    public S3ConnectionOptions Options { get; }

    /// <summary>For requests that may be repeated: the SDK does so after transient faults.</summary>
    internal AmazonS3Client Repeating { get; }

    /// <summary>For conditional writes. A repeat after a lost reply would meet our own object and report that another writer was first; so these are sent once, and a fault is the caller's to resolve by reading.</summary>
    internal AmazonS3Client Once { get; }

    /// <summary>The store below a prefix of a bucket.</summary>
    /// <param name="bucket">The bucket, which must exist.</param>
    /// <param name="prefix">Where the table lies in it, without slashes at the ends; empty: at the bucket's root.</param>
    public S3ObjectStore Store(string bucket, string prefix = "") => new(this, bucket, prefix);

    /// <inheritdoc/>
    public void Dispose()
    {
        Repeating.Dispose();
        Once.Dispose();
    }

    private static AmazonS3Client Client(S3ConnectionOptions options, int retries)
    {
        AmazonS3Config config = new()
        {
            // The SDK repeats after a reset connection by a count of its own, ten unless told, whatever MaxErrorRetry says; and a reset may come after the effect.
            MaxStaleConnectionRetries = retries,
            ForcePathStyle = options.UsesPathStyle,
            RetryMode = RequestRetryMode.Standard,
            MaxErrorRetry = retries,
            Timeout = options.RequestTimeout,
        };
        if (options.Endpoint is null)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        }
        else
        {
            config.ServiceURL = options.Endpoint.AbsoluteUri;
            config.AuthenticationRegion = options.Region;

            // Many stores beside Amazon's refuse or ignore the checksum headers that the SDK sends since 2025.
            config.RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED;
            config.ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED;
        }

        return options.Credentials is null ? new AmazonS3Client(config) : new AmazonS3Client(options.Credentials, config);
    }
}
