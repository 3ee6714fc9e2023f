using System.Runtime.CompilerServices;
using System.Text.Json;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Log;

/// <summary>Describes commits, newest first.</summary>
internal sealed class TableHistory(TableLog log)
{
    /// <summary>From the newest version down to the oldest whose commit the log still has.</summary>
    internal async IAsyncEnumerable<CommitDescription> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        Snapshot newest = await log.RefreshAsync(ct).ConfigureAwait(false);
        for (long version = newest.Version; version >= 0; version--)
        {
            LogCommit? commit = await log.CommitAtAsync(version, ct).ConfigureAwait(false);
            if (commit is null)
            {
                yield break;
            }

            StoredObject? file = commit.Facts.InCommitTimestamp is null ? await log.Store.FindAsync(LogFiles.Commit(version), ct).ConfigureAwait(false) : null;
            yield return Describe(commit, file?.ModifiedAt);
        }
    }

    private static CommitDescription Describe(LogCommit commit, DateTimeOffset? fileTime)
    {
        DateTimeOffset at = commit.Facts.InCommitTimestamp is { } stamp ? DateTimeOffset.FromUnixTimeMilliseconds(stamp) : fileTime ?? DateTimeOffset.UnixEpoch;
        CommitDescription bare = new(commit.Version, at);
        if (commit.ReadCommitInfo()?.Content is not { ValueKind: JsonValueKind.Object } json)
        {
            return bare;
        }

        return bare with
        {
            Operation = Text(json, "operation"),
            OperationParameters = Map(json, "operationParameters"),
            OperationMetrics = Map(json, "operationMetrics"),
            ReadVersion = json.TryGetProperty("readVersion", out JsonElement read) && read.ValueKind == JsonValueKind.Number && read.TryGetInt64(out long version) ? version : null,
            IsolationLevel = Text(json, "isolationLevel"),
            IsBlindAppend = commit.Facts.IsBlindAppend,
            UserMetadata = Text(json, "userMetadata"),
            EngineInfo = Text(json, "engineInfo"),
            TxnId = Text(json, "txnId"),
        };
    }

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static Dictionary<string, string> Map(JsonElement json, string name)
    {
        Dictionary<string, string> map = new(StringComparer.Ordinal);
        if (json.TryGetProperty(name, out JsonElement values) && values.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in values.EnumerateObject())
            {
                map[property.Name] = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString()! : property.Value.GetRawText();
            }
        }

        return map;
    }
}
