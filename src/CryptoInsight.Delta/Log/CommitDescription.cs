namespace CryptoInsight.Delta.Log;

/// <summary>One commit, as its writer described it. What a writer left out is null or empty.</summary>
public sealed record CommitDescription(long Version, DateTimeOffset CommittedAt)
{
    /// <summary>The operation's name.</summary>
    public string? Operation { get; init; }

    /// <summary>Its parameters; values that are no text as JSON.</summary>
    public IReadOnlyDictionary<string, string> OperationParameters { get; init; } = new Dictionary<string, string>();

    /// <summary>What it did, in the writer's own names.</summary>
    public IReadOnlyDictionary<string, string> OperationMetrics { get; init; } = new Dictionary<string, string>();

    /// <summary>The version that it had read.</summary>
    public long? ReadVersion { get; init; }

    /// <summary>The isolation level.</summary>
    public string? IsolationLevel { get; init; }

    /// <summary>Whether it read nothing.</summary>
    public bool? IsBlindAppend { get; init; }

    /// <summary>Free text of the writer's user.</summary>
    public string? UserMetadata { get; init; }

    /// <summary>The writer.</summary>
    public string? EngineInfo { get; init; }

    /// <summary>The writer's id of the transaction.</summary>
    public string? TxnId { get; init; }
}
