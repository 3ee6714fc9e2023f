using System.Text.Json;

namespace CryptoInsight.Delta.Tests.Data;

/// <summary>What a golden table must give at one version.</summary>
internal sealed record GoldenVersion(long? Version, string Expect, long? RowCount, string? Sha256, string? ExpectedFile);

/// <summary>What a golden table's change feed must give, both ends inclusive.</summary>
internal sealed record GoldenChanges(long From, long To, string Expect, string? ExpectedFile);

/// <summary>One table of the conformance set.</summary>
internal sealed record GoldenTable(string Id, string Folder, string Expect, string? AcceptAlso, GoldenVersion Latest, IReadOnlyList<GoldenVersion> Versions, GoldenChanges? Changes);

/// <summary>Reads the conformance set's manifest.</summary>
internal static class GoldenManifest
{
    /// <summary>All tables; one placeholder where the set is absent, so that the suite shows as skipped instead of empty.</summary>
    public static IEnumerable<object[]> Ids() => SharedData.GoldenTables is string folder
        ? [.. Read(folder).Select(t => new object[] { t.Id })]
        : [["absent"]];

    public static GoldenTable Find(string id) => Read(SharedData.GoldenTables!).First(t => t.Id == id);

    private static List<GoldenTable> Read(string folder)
    {
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "manifest.json")));
        return [.. manifest.RootElement.EnumerateArray().Select(e => new GoldenTable(
            e.GetProperty("id").GetString()!,
            Path.Combine(folder, e.GetProperty("path").GetString()!),
            e.GetProperty("expect").GetString()!,
            Text(e, "acceptAlso"),
            Version(e, isLatest: true),
            e.TryGetProperty("versions", out JsonElement versions) ? [.. versions.EnumerateArray().Select(v => Version(v, isLatest: false))] : [],
            e.TryGetProperty("cdf", out JsonElement cdf) && cdf.ValueKind == JsonValueKind.Object
                ? new GoldenChanges(cdf.GetProperty("from").GetInt64(), cdf.GetProperty("to").GetInt64(), Text(cdf, "expect") ?? "rows", Text(cdf, "expectedFile"))
                : null))];
    }

    private static GoldenVersion Version(JsonElement e, bool isLatest) => new(
        isLatest ? null : e.GetProperty("version").GetInt64(),
        e.GetProperty("expect").GetString()!,
        e.TryGetProperty("rowCount", out JsonElement rows) && rows.ValueKind == JsonValueKind.Number ? rows.GetInt64() : null,
        Text(e, "sha256"),
        Text(e, "expectedFile"));

    private static string? Text(JsonElement e, string name) => e.TryGetProperty(name, out JsonElement v) && v.ValueKind == JsonValueKind.String ? v.GetString() : null;
}
