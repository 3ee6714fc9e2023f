using System.Runtime.CompilerServices;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Log;

namespace CryptoInsight.Lake.Sql;

/// <summary>Answers to the statements that are about tables, not about rows; columns are named as Delta names them.</summary>
internal static class LakeAnswers
{
    private static readonly string[] s_historyColumns =
        ["version", "timestamp", "operation", "operationParameters", "readVersion", "isolationLevel", "isBlindAppend", "operationMetrics", "userMetadata", "engineInfo"];

    public static SqlResult Detail(DeltaTable table, string name)
    {
        Snapshot s = table.Snapshot;
        string[] features = [.. s.Protocol.ReaderFeatures.Concat(s.Protocol.WriterFeatures).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return SqlResult.Of(
            [
                "format", "id", "name", "description", "location", "createdAt", "lastModified", "partitionColumns", "numFiles", "sizeInBytes", "properties",
                "minReaderVersion", "minWriterVersion", "tableFeatures",
            ],
            [
                "delta", s.Metadata.Id, s.Metadata.Name ?? name, s.Metadata.Description, Shown(table.Store.Root),
                s.Metadata.CreatedTime is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null, s.CommittedAt, s.Metadata.PartitionColumns, (long)s.Files.Count, s.Files.Sum(f => f.Size),
                s.Metadata.Configuration.OrderBy(p => p.Key, StringComparer.Ordinal).ToDictionary(p => p.Key, p => (object?)p.Value),
                s.Protocol.MinReaderVersion, s.Protocol.MinWriterVersion, features,
            ]);
    }

    public static SqlResult History(DeltaTable table, int? limit) => new(s_historyColumns, HistoryRowsAsync(table, limit));

    public static SqlResult Tables(string schema, IReadOnlyList<string> names) =>
        SqlResult.Of(["database", "tableName", "isTemporary"], [.. names.Order(StringComparer.Ordinal).Select(n => (IReadOnlyList<object?>)[schema, n, false])]);

    private static async IAsyncEnumerable<IReadOnlyList<object?>> HistoryRowsAsync(DeltaTable table, int? limit, [EnumeratorCancellation] CancellationToken ct = default)
    {
        int left = limit ?? int.MaxValue;
        if (left == 0)
        {
            yield break;
        }

        await foreach (CommitDescription c in table.HistoryAsync(ct).ConfigureAwait(false))
        {
            yield return
            [
                c.Version, c.CommittedAt.ToUniversalTime(), c.Operation, Map(c.OperationParameters), c.ReadVersion, c.IsolationLevel, c.IsBlindAppend, Map(c.OperationMetrics), c.UserMetadata,
                c.EngineInfo,
            ];
            if (--left == 0)
            {
                yield break;
            }
        }
    }

    private static string Shown(Uri root) => root.IsFile ? root.LocalPath.TrimEnd('/') : root.ToString();

    private static Dictionary<string, object?> Map(IReadOnlyDictionary<string, string> texts) => texts.OrderBy(t => t.Key, StringComparer.Ordinal).ToDictionary(t => t.Key, t => (object?)t.Value);
}
