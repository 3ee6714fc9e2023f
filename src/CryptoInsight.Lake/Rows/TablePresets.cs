namespace CryptoInsight.Lake.Rows;

/// <summary>Table properties that several tables share.</summary>
internal static class TablePresets
{
    private static readonly Dictionary<string, string> s_streaming = new()
    {
        ["delta.checkpointInterval"] = "100",
        ["delta.logRetentionDuration"] = "interval 1 day",
    };

    /// <summary>Bronze: rows are only ever added.</summary>
    public static IReadOnlyDictionary<string, string> AppendOnly { get; } = new Dictionary<string, string>(s_streaming) { ["delta.appendOnly"] = "true" };

    /// <summary>Gold: rows are replaced by key. Every upsert leaves tombstones, and every checkpoint rewrites those within retention: hence one day.</summary>
    public static IReadOnlyDictionary<string, string> Upserted { get; } = new Dictionary<string, string>(s_streaming)
    {
        ["delta.enableDeletionVectors"] = "true",
        ["delta.deletedFileRetentionDuration"] = "interval 1 day",
    };

    /// <summary>Silver: the same, with a change feed for those who follow.</summary>
    public static IReadOnlyDictionary<string, string> UpsertedWithFeed { get; } = new Dictionary<string, string>(Upserted) { ["delta.enableChangeDataFeed"] = "true" };
}
