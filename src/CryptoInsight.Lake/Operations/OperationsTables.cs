using CryptoInsight.Delta;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Lake.Operations;

/// <summary>The tables that tell how the system itself fares.</summary>
public sealed record OperationsTables(JobRunsTable JobRuns, EventsTable Events, GapsTable Gaps)
{
    internal static TableDefinition Define(StructType schema) => new(schema)
    {
        PartitionColumns = ["dt"],
        Properties = new Dictionary<string, string>
        {
            ["delta.enableDeletionVectors"] = "true",
            ["delta.checkpointInterval"] = "100",
            ["delta.logRetentionDuration"] = "interval 1 day",
            ["delta.deletedFileRetentionDuration"] = "interval 1 day", // every upsert leaves tombstones, and every checkpoint rewrites those within retention
        },
    };
}
