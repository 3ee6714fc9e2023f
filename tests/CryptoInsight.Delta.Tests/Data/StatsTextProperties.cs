using System.Text;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Delta.Store;
using CsCheck;

namespace CryptoInsight.Delta.Tests.Data;

/// <summary>Bounds of text are cut short; what is cut must never exclude a row.</summary>
public sealed class StatsTextProperties
{
    // Around every edge of UTF-8 and UTF-16: lengths of one to four bytes, the surrogate gap, the last character of all.
    private static readonly int[] Edges = [0, 1, 'a', 'z', 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFD, 0xFFFF, 0x10000, 0x1F600, 0x10FFFE, 0x10FFFF];

    private static readonly Gen<string> Text = Gen.Select(Gen.Int[0, Edges.Length - 1].Array[0, 40], Gen.Int[0, 40], Gen.Int[0, Edges.Length - 1])
        .Select((tail, common, edge) => string.Concat(Enumerable.Repeat(new Rune(Edges[edge]).ToString(), common)) + string.Concat(tail.Select(t => new Rune(Edges[t]).ToString())));

    [Fact]
    public void A_cut_bound_never_excludes_the_text_it_was_cut_from() => Text.Sample(text =>
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        byte[] min = Encoding.UTF8.GetBytes(StatsText.MinText(utf8));
        Assert.True(min.AsSpan().SequenceCompareTo(utf8) <= 0);
        Assert.True(StatsText.MinText(utf8).EnumerateRunes().Count() <= StatsText.StringCharactersMax);
        Assert.StartsWith(StatsText.MinText(utf8), text, StringComparison.Ordinal);
        if (StatsText.MaxText(utf8) is { } max)
        {
            Assert.True(Encoding.UTF8.GetBytes(max).AsSpan().SequenceCompareTo(utf8) >= 0);
            Assert.True(max.EnumerateRunes().Count() <= StatsText.StringCharactersMax);
        }
        else
        {
            // Only text that begins with 32 of the last character has nothing above it.
            Assert.True(text.EnumerateRunes().Take(StatsText.StringCharactersMax).All(static r => r.Value == 0x10FFFF));
        }
    }, iter: 20_000);

    [Theory]
    [InlineData("a", 40, "b")]
    [InlineData("\U0010FFFF", 40, null)]
    [InlineData("\uD7FF", 40, "\uE000")]
    [InlineData("\U0001F600", 33, "\U0001F601")]
    public void The_last_character_that_can_be_raised_is_raised(string character, int count, string? raised)
    {
        string? max = StatsText.MaxText(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(character, count))));
        Assert.Equal(raised is null ? null : string.Concat(Enumerable.Repeat(character, 31)) + raised, max);
    }

    [Fact]
    public void Every_row_is_found_through_the_bounds_of_its_file() => Gen.Select(Text.Array[1, 5].Array[1, 4], Gen.Int).Sample((files, seed) => FindAsync(files, seed).GetAwaiter().GetResult(), iter: 60);

    private static async Task FindAsync(string[][] files, int seed)
    {
        StructType schema = new([new StructField("text", DataType.String)]);
        DeltaTable table = await DeltaTable.OpenOrCreateAsync(new MemoryObjectStore(), new TableDefinition(schema), SeededIds.Options(seed));
        foreach (string[] file in files)
        {
            await table.AppendAsync([RowBatches.Of(schema, [.. file.Select(t => new object?[] { t })])]);
        }

        foreach (string text in files.SelectMany(f => f).Distinct())
        {
            long found = 0;
            await foreach (Apache.Arrow.RecordBatch batch in table.ReadAsync(where: Predicate.Equal("text", text)))
            {
                found += batch.Length;
            }

            Assert.Equal(files.Sum(f => f.Count(t => t == text)), found);
        }
    }
}
