using System.Text.Json;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Log;

/// <summary>The hint where the newest checkpoint may be. Never trusted: it only says where a listing begins.</summary>
/// <remarks><b>Source</b>: PROTOCOL.md, "Last Checkpoint File Schema".</remarks>
internal static class LastCheckpoint
{
    /// <summary>The version that the hint names; null if there is no hint or it makes no sense.</summary>
    internal static async Task<long?> ReadAsync(IObjectStore store, CancellationToken ct)
    {
        byte[] bytes;
        try
        {
            bytes = await store.ReadAsync(LogFiles.LastCheckpoint, ct).ConfigureAwait(false);
        }
        catch (ObjectNotFoundException)
        {
            return null;
        }

        try
        {
            using JsonDocument hint = JsonDocument.Parse(bytes);
            return hint.RootElement.ValueKind == JsonValueKind.Object && hint.RootElement.TryGetProperty("version"u8, out JsonElement version) && version.TryGetInt64(out long n) && n >= 0 ? n : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Writes the hint for a classic checkpoint.</summary>
    internal static Task WriteAsync(IObjectStore store, long version, long actions, long bytes, long files, CancellationToken ct)
    {
        using MemoryStream json = new();
        using (Utf8JsonWriter writer = new(json))
        {
            writer.WriteStartObject();
            writer.WriteNumber("version"u8, version);
            writer.WriteNumber("size"u8, actions);
            writer.WriteNumber("sizeInBytes"u8, bytes);
            writer.WriteNumber("numOfAddFiles"u8, files);
            writer.WriteEndObject();
        }

        return store.PutAsync(LogFiles.LastCheckpoint, json.ToArray(), ct);
    }
}
