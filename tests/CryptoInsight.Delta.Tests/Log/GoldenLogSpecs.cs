using System.Text.Json;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Tests.Log;

/// <summary>The log of every golden table (written by Spark, delta-rs and delta-kernel-rs): refused, or exactly the expected live files.</summary>
public class GoldenLogSpecs
{
    public static TheoryData<string> Tables()
    {
        TheoryData<string> ids = [];
        if (SharedData.GoldenTables is { } golden)
        {
            foreach (JsonElement table in Manifest(golden).EnumerateArray())
            {
                ids.Add(table.GetProperty("id").GetString()!);
            }
        }
        else
        {
            ids.Add("");
        }

        return ids;
    }

    [SkippableTheory]
    [MemberData(nameof(Tables))]
    public async Task Every_golden_log_is_refused_or_gives_its_expected_state(string id)
    {
        Skip.If(SharedData.GoldenTables is null, SharedData.Absent);
        JsonElement expected = Manifest(SharedData.GoldenTables!).EnumerateArray().Single(t => t.GetProperty("id").GetString() == id);
        LocalObjectStore store = new(Path.Combine(SharedData.GoldenTables!, expected.GetProperty("path").GetString()!));
        if (expected.GetProperty("expect").GetString() == "error")
        {
            await Assert.ThrowsAnyAsync<DeltaException>(() => DeltaTable.OpenAsync(store));
            return;
        }

        DeltaTable table;
        try
        {
            table = await DeltaTable.OpenAsync(store);
        }
        catch (CorruptTableException) when (expected.TryGetProperty("acceptAlso", out JsonElement also) && also.GetString() == "error")
        {
            return;
        }

        Assert.Equal(expected.GetProperty("version").GetInt64(), table.Snapshot.Version);
        Assert.Equal(expected.GetProperty("activeFiles").GetInt32(), table.Snapshot.Files.Count);
        Assert.Equal(expected.GetProperty("partitionColumns").EnumerateArray().Select(c => c.GetString()), table.Snapshot.Metadata.PartitionColumns);
        Assert.Equal(expected.GetProperty("protocol").GetProperty("minReaderVersion").GetInt32(), table.Snapshot.Protocol.MinReaderVersion);
        if (expected.GetProperty("expect").GetString() == "files")
        {
            string[] lines = await File.ReadAllLinesAsync(Path.Combine(SharedData.GoldenTables!, expected.GetProperty("expectedFile").GetString()!));
            Assert.Equal(lines.Where(l => l.Length > 0).Select(Canonical).Order(StringComparer.Ordinal), table.Snapshot.Files.Select(Canonical).Order(StringComparer.Ordinal));
        }

        await Versions_can_be_opened_and_followed(expected, table);
    }

    private static async Task Versions_can_be_opened_and_followed(JsonElement expected, DeltaTable table)
    {
        if (!expected.TryGetProperty("versions", out JsonElement versions))
        {
            return;
        }

        foreach (JsonElement version in versions.EnumerateArray())
        {
            long number = version.GetProperty("version").GetInt64();
            bool isReadable = version.GetProperty("expect").GetString() == "rows" || version.GetProperty("reason").GetString()!.StartsWith("missing file", StringComparison.Ordinal);
            if (isReadable)
            {
                Assert.Equal(number, (await table.SnapshotAtAsync(number)).Version);
            }
            else
            {
                await Assert.ThrowsAnyAsync<DeltaException>(() => table.SnapshotAtAsync(number));
            }
        }
    }

    private static JsonElement Manifest(string golden) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(golden, "manifest.json"))).RootElement;

    private static string Canonical(string line)
    {
        JsonElement file = JsonDocument.Parse(line).RootElement;
        Assert.Equal(JsonValueKind.Null, file.GetProperty("deletionVector").ValueKind);
        string partitions = string.Join(",", file.GetProperty("partitionValues").EnumerateObject().Select(p => $"{p.Name}={p.Value.GetString() ?? "(null)"}").Order(StringComparer.Ordinal));
        return $"{file.GetProperty("path").GetString()}|{partitions}|{file.GetProperty("size").GetInt64()}";
    }

    private static string Canonical(AddFile file) =>
        $"{file.Path}|{string.Join(",", file.PartitionValues.Select(p => $"{p.Key}={p.Value ?? "(null)"}").Order(StringComparer.Ordinal))}|{file.Size}";
}
