using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Delta.Store;
using Xunit.Abstractions;

namespace CryptoInsight.Delta.Tests.Data;

public sealed class DamagedFileSpecs(ITestOutputHelper output)
{
    private static readonly StructType Schema = new([new StructField("id", DataType.Long, false), new StructField("price", DataType.Double), new StructField("text", DataType.String)]);

    [Fact]
    public async Task A_flipped_bit_in_any_page_is_found()
    {
        (MemoryObjectStore store, DeltaTable table, string key) = await WriteAsync();
        byte[] good = await store.ReadAsync(key);
        List<string> lines = await RowBatches.LinesAsync(table);
        int footer = BitConverter.ToInt32(good, good.Length - 8);
        int refused = 0;
        for (int at = 4; at < good.Length - 8 - footer; at += 7)
        {
            byte[] bad = [.. good];
            bad[at] ^= (byte)(1 << (at % 8));
            store.Overwrite(key, bad);
            Exception? refusal = await Record.ExceptionAsync(() => RowBatches.LinesAsync(table));
            if (refusal is null)
            {
                // A flip in a page header may hit a field that no reader uses; the rows must then be right.
                Assert.Equal(lines, await RowBatches.LinesAsync(table));
            }
            else
            {
                Assert.IsType<CorruptTableException>(refusal);
                refused++;
            }
        }

        Assert.True(refused > (good.Length - footer) / 7 * 9 / 10, $"only {refused} flips were found");
    }

    [Theory]
    [InlineData(0xFF)]
    [InlineData(0x01)]
    [InlineData(0x20)]
    public async Task A_file_with_any_one_byte_changed_gives_its_own_rows_or_is_refused_by_name(byte change)
    {
        (MemoryObjectStore store, DeltaTable table, string key) = await WriteAsync(24);
        byte[] good = await store.ReadAsync(key);
        List<string> lines = await RowBatches.LinesAsync(table);
        int footer = good.Length - 8 - BitConverter.ToInt32(good, good.Length - 8);
        List<string> wrong = [];
        int refused = 0;
        for (int at = 0; at < good.Length; at++)
        {
            byte[] bad = [.. good];
            bad[at] ^= change;
            store.Overwrite(key, bad);
            List<string>? read = null;
            Exception? refusal = await Record.ExceptionAsync(async () => read = await RowBatches.LinesAsync(table));
            refused += refusal is null ? 0 : 1;
            if (refusal is not (null or DeltaException))
            {
                wrong.Add($"byte {at} ({(at < footer ? "page" : $"footer+{at - footer}")}): {refusal.GetType().Name}: {refusal.Message}");
            }
            else if (read is not null && !lines.SequenceEqual(read))
            {
                wrong.Add($"byte {at} ({(at < footer ? "page" : $"footer+{at - footer}")}): wrong rows: {string.Join(" ", read.Except(lines).Take(2))} for {string.Join(" ", lines.Except(read).Take(2))}");
            }
        }

        output.WriteLine($"{good.Length} bytes, {good.Length - footer} of the footer: {refused} refused, {good.Length - refused - wrong.Count} harmless, {wrong.Count} wrong");
        wrong.ForEach(output.WriteLine);
        Assert.Empty(wrong);
    }

    [Fact]
    public async Task A_file_that_ends_too_early_is_refused()
    {
        (MemoryObjectStore store, DeltaTable table, string key) = await WriteAsync();
        byte[] good = await store.ReadAsync(key);
        foreach (int length in new[] { 0, 3, 8, good.Length / 2, good.Length - 1 })
        {
            store.Overwrite(key, good.AsSpan(0, length));
            await Assert.ThrowsAsync<CorruptTableException>(() => RowBatches.LinesAsync(table));
        }
    }

    [Fact]
    public async Task A_file_that_is_gone_is_named()
    {
        (MemoryObjectStore store, DeltaTable table, string key) = await WriteAsync();
        await store.DeleteAsync(key);
        MissingFileException refusal = await Assert.ThrowsAsync<MissingFileException>(() => RowBatches.LinesAsync(table));
        Assert.Contains(key, refusal.Message, StringComparison.Ordinal);
    }

    private static async Task<(MemoryObjectStore Store, DeltaTable Table, string Key)> WriteAsync(int rows = 400)
    {
        MemoryObjectStore store = new();
        DeltaTable table = await DeltaTable.OpenOrCreateAsync(store, new TableDefinition(Schema), SeededIds.Options(1));
        Random random = new(3);
        await table.AppendAsync([RowBatches.Of(Schema, [.. Enumerable.Range(0, rows).Select(i => new object?[] { (long)i * 1_000_003, random.NextDouble(), $"text {random.Next()}" })])], new CommitSpec("WRITE"));
        AddFile file = Assert.Single(table.Snapshot.Files);
        return (store, table, TablePath.ToKey(file.Path, store.Root));
    }
}
