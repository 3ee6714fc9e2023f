using Amazon.Runtime;

namespace CryptoInsight.Delta.Cloud;

/// <summary>Where S3 (or a store that speaks its protocol) is, and how it is used.</summary>
public sealed record S3ConnectionOptions
{
    /// <summary>The least that S3 takes as a part of a multipart upload, the last one excepted: 5 MiB.</summary>
    public const int PartBytesMin = 5 << 20;

    /// <summary>The endpoint of a store that is not Amazon's; null: Amazon's own for <see cref="Region"/>.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The region that requests are signed for.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>Whether the bucket is the first segment of the path and not of the host name: what most stores beside Amazon's want.</summary>
    public bool UsesPathStyle { get; init; }

    /// <summary>Who asks; null: found the SDK's way (environment, profile, role of the machine).</summary>
    public AWSCredentials? Credentials { get; init; }

    /// <summary>How often a request that may be repeated without harm is repeated after a transient fault.</summary>
    public int RetriesMax { get; init; } = 4;

    /// <summary>How long one request may take before it counts as failed.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>Objects above this size in bytes are uploaded in parts of it; at most two parts are held per writer. At least <see cref="PartBytesMin"/> on Amazon's S3; 10,000 parts at most.</summary>
    public int PartBytes { get; init; } = 16 << 20;

    /// <summary>How many bytes a small read fetches, and keeps, at once; a file up to this size is read by one request.</summary>
    public int BlockBytes { get; init; } = 1 << 20;

    /// <summary>Keys in one page of a listing.</summary>
    public int ListPageKeys { get; init; } = 1000;

    /// <summary>Times the pauses between attempts.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Told when parts of an abandoned upload could not be removed. They are no object and nobody reads them, but they cost storage:
    /// give the bucket a lifecycle rule that aborts incomplete uploads.</summary>
    public Action<Exception>? OnAbortFault { get; init; }
}
