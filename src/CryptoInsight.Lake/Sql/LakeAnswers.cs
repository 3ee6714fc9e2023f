using System.Runtime.CompilerServices;
using System.Text.Json;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Operations;

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

        await foreach (HistoryEntry entry in table.HistoryAsync(ct).ConfigureAwait(false))
        {
            JsonElement info = entry.Info?.Content ?? default;
            yield return
            [
                entry.Version, entry.CommittedAt.ToUniversalTime(), Member(info, "operation"), Member(info, "operationParameters"), Member(info, "readVersion"), Member(info, "isolationLevel"),
                Member(info, "isBlindAppend"), Member(info, "operationMetrics"), Member(info, "userMetadata"), Member(info, "engineInfo"),
            ];
            if (--left == 0)
            {
                yield break;
            }
        }
    }

    private static string Shown(Uri root) => root.IsFile ? root.LocalPath.TrimEnd('/') : root.ToString();

    /// <summary>commitInfo is anybody's free JSON: whatever type a member has, it is shown.</summary>
    private static object? Member(JsonElement info, string name) =>
        info.ValueKind == JsonValueKind.Object && info.TryGetProperty(name, out JsonElement value) ? Plain(value) : null;

    private static object? Plain(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => value.TryGetInt64(out long n) ? n : value.GetDouble(),
        JsonValueKind.Object => value.EnumerateObject().GroupBy(p => p.Name, StringComparer.Ordinal).ToDictionary(p => p.Key, p => Plain(p.Last().Value)),
        JsonValueKind.Array => value.EnumerateArray().Select(Plain).ToList(),
        _ => null,
    };
}
