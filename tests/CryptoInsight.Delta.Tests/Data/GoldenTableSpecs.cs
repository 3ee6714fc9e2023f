using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Tests.Data;

/// <summary>125 real tables written by Spark, delta-rs and delta-kernel, read row by row.</summary>
public sealed class GoldenTableSpecs
{
    public static IEnumerable<object[]> Ids() => GoldenManifest.Ids();

    [SkippableTheory]
    [MemberData(nameof(Ids))]
    public async Task Gives_exactly_what_the_manifest_says(string id)
    {
        Skip.If(SharedData.GoldenTables is null, SharedData.Absent);
        GoldenTable golden = GoldenManifest.Find(id);
        await CheckAsync(golden, golden.Latest);
        foreach (GoldenVersion version in golden.Versions)
        {
            await CheckAsync(golden, version);
        }

        if (golden.Changes is GoldenChanges changes)
        {
            await CheckChangesAsync(golden, changes);
        }
    }

    private static async Task CheckAsync(GoldenTable golden, GoldenVersion expected)
    {
        if (expected.Expect == "error")
        {
            Exception? refusal = await Record.ExceptionAsync(() => DumpAsync(golden.Folder, expected.Version));
            // A table whose metaData action has no schema may also be taken as empty: the manifest tolerates both.
            Assert.True(refusal is DeltaException || (refusal is null && golden.AcceptAlso == "empty snapshot"), $"{golden.Id}@{expected.Version}: {refusal}");
            return;
        }

        if (expected.Expect == "files")
        {
            await CheckFilesAsync(golden, expected);
            return;
        }

        byte[] dump = await DumpAsync(golden.Folder, expected.Version);
        if (expected.ExpectedFile is string file)
        {
            AssertSameLines(Path.Combine(SharedData.GoldenTables!, file), dump, $"{golden.Id}@{expected.Version}");
        }

        Assert.Equal(expected.RowCount, dump.Count(b => b == '\n'));
        Assert.Equal(expected.Sha256, Convert.ToHexStringLower(SHA256.HashData(dump)));
    }

    private static async Task CheckFilesAsync(GoldenTable golden, GoldenVersion expected)
    {
        DeltaTable table;
        try
        {
            table = await DeltaTable.OpenAsync(new LocalObjectStore(golden.Folder));
        }
        catch (DeltaException) when (golden.AcceptAlso == "error")
        {
            return;
        }

        string[] wanted = [.. File.ReadLines(Path.Combine(SharedData.GoldenTables!, expected.ExpectedFile!)).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("path").GetString()!).Order(StringComparer.Ordinal)];
        Assert.Equal(wanted, table.Snapshot.Files.Select(f => f.Path).Order(StringComparer.Ordinal));
        await Assert.ThrowsAnyAsync<DeltaException>(() => DumpAsync(golden.Folder, null));
    }

    private static async Task CheckChangesAsync(GoldenTable golden, GoldenChanges changes)
    {
        DeltaTable table = await DeltaTable.OpenAsync(new LocalObjectStore(golden.Folder));
        using MemoryStream output = new();
        if (changes.Expect == "error")
        {
            await Assert.ThrowsAnyAsync<DeltaException>(() => CanonicalRows.WriteChangesAsync(table, changes.From - 1, changes.To, output));
            return;
        }

        await CanonicalRows.WriteChangesAsync(table, changes.From - 1, changes.To, output);
        AssertSameLines(Path.Combine(SharedData.GoldenTables!, changes.ExpectedFile!), output.ToArray(), golden.Id + " change feed");
    }

    private static async Task<byte[]> DumpAsync(string folder, long? version)
    {
        DeltaTable table = await DeltaTable.OpenAsync(new LocalObjectStore(folder));
        Snapshot snapshot = version is long v ? await table.SnapshotAtAsync(v) : table.Snapshot;
        using MemoryStream output = new();
        await CanonicalRows.WriteAsync(table, snapshot, output);
        return output.ToArray();
    }

    private static void AssertSameLines(string expectedFile, byte[] actual, string what)
    {
        byte[] expected = File.ReadAllBytes(expectedFile);
        if (expected.AsSpan().SequenceEqual(actual))
        {
            return;
        }

        string[] want = Encoding.UTF8.GetString(expected).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] have = Encoding.UTF8.GetString(actual).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Fail($"{what}: {want.Length} rows expected, {have.Length} read.\nfirst expected and not read: {want.Except(have).FirstOrDefault()}\nfirst read and not expected: {have.Except(want).FirstOrDefault()}");
    }
}
