using System.Text;
using CryptoInsight.Delta.Store;
using CryptoInsight.Delta.Tests.Store;

namespace CryptoInsight.Delta.Cloud.Tests;

/// <summary>What a store far away must keep beyond <see cref="ObjectStoreSpecs"/>: races, large objects, long listings.</summary>
public abstract class StoreContractSpecs : ObjectStoreSpecs
{
    private const int Writers = 8;
    private const int Rounds = 200;

    [Fact]
    public async Task Of_eight_racing_writers_exactly_one_wins_each_of_200_keys()
    {
        int[] winners = new int[Rounds];
        int[] winnerOf = new int[Rounds];
        using Barrier start = new(Writers);
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Factory.StartNew(() =>
        {
            byte[] content = Enumerable.Repeat((byte)writer, 100).ToArray();
            for (int round = 0; round < Rounds; round++)
            {
                start.SignalAndWait();
                if (Store.PutIfAbsentAsync($"_delta_log/{round:00000}.json", content).GetAwaiter().GetResult())
                {
                    Interlocked.Increment(ref winners[round]);
                    winnerOf[round] = writer;
                }
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        Assert.Equal(Enumerable.Repeat(1, Rounds), winners);
        for (int round = 0; round < Rounds; round++)
        {
            byte[] content = await Store.ReadAsync($"_delta_log/{round:00000}.json");
            Assert.True(content.Length == 100 && content.All(b => b == winnerOf[round]), $"round {round}: the content is not the winner's");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5 << 20)]
    [InlineData((5 << 20) + 1)]
    [InlineData(12_345_678)]
    public async Task What_is_written_piece_by_piece_is_read_back_whole(int length)
    {
        byte[] content = Content(length);
        await using (IObjectWriter writer = await Store.CreateAsync("big"))
        {
            for (int at = 0; at < length; at += 999_999)
            {
                // Both ways in turn: Parquet writes synchronously.
                ReadOnlyMemory<byte> piece = content.AsMemory(at, Math.Min(999_999, length - at));
                if (at % 2 == 0)
                {
                    writer.Stream.Write(piece.Span);
                }
                else
                {
                    await writer.Stream.WriteAsync(piece);
                }
            }

            Assert.Equal(length, writer.Stream.Position);
            Assert.Null(await Store.FindAsync("big"));
            Assert.Equal(length, await writer.CompleteAsync());
        }

        byte[] read = await Store.ReadAsync("big");
        Assert.True(content.AsSpan().SequenceEqual(read), "the bytes differ");
        Assert.Equal(length, (await Store.FindAsync("big"))!.Length);
    }

    [Fact]
    public async Task A_large_object_that_is_given_up_leaves_nothing_and_one_that_comes_second_does_not_replace()
    {
        byte[] content = Content(11 << 20);
        await using (IObjectWriter abandoned = await Store.CreateAsync("big"))
        {
            await abandoned.Stream.WriteAsync(content);
        }

        Assert.Empty(await Store.ListAsync("").ToListAsync());
        await Store.PutAsync("big", new byte[3]);
        await using (IObjectWriter second = await Store.CreateAsync("big"))
        {
            await second.Stream.WriteAsync(content);
            await Assert.ThrowsAsync<IOException>(() => second.CompleteAsync());
        }

        Assert.Equal(3, (await Store.ReadAsync("big")).Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(999)]
    [InlineData(1000)]
    [InlineData(1001)]
    [InlineData(50_003)]
    public async Task Reads_at_random_places_give_the_bytes_of_those_places(int length)
    {
        byte[] content = Content(length);
        await Store.PutAsync("k", content);
        await using Stream stream = await Store.OpenReadAsync("k");
        Assert.Equal(length, stream.Length);
        Random random = new(7);
        byte[] buffer = new byte[6000];
        for (int i = 0; i < 300; i++)
        {
            int at = random.Next(length + 2);
            int wanted = random.Next(buffer.Length);
            stream.Position = at;
            int expected = Math.Max(0, Math.Min(wanted, length - at));
            int read = (i % 3) switch
            {
                0 => await stream.ReadAtLeastAsync(buffer.AsMemory(0, wanted), wanted, throwOnEndOfStream: false),
                1 => stream.ReadAtLeast(buffer.AsSpan(0, wanted), wanted, throwOnEndOfStream: false),
                _ => stream.Read(buffer, 0, wanted),
            };
            Assert.Equal(expected, read);
            Assert.Equal(content[Math.Min(at, length)..][..read], buffer[..read]);
            Assert.Equal(at + expected, stream.Position);
        }
    }

    [Fact]
    public async Task A_listing_longer_than_a_page_is_in_utf16_order_whatever_the_store_sorts_by()
    {
        string[] pieces = ["a", "z", "\uD7FF", "\uE000", "\uFF21", "\U0001F600", "\U00010000"];
        string[] keys = [.. from x in pieces from y in pieces from z in (string[])["", "b", "\uFF21", "\U0001F600"] select x + y + "/" + "k" + z];
        foreach (string key in keys)
        {
            await Store.PutAsync(key, Encoding.UTF8.GetBytes(key));
        }

        foreach (string? after in keys.Prepend(null).Where((_, i) => i % 5 == 0))
        {
            foreach (string prefix in (string[])["", "\uFF21", "\U0001F600\uE000/"])
            {
                IEnumerable<string> expected = keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal) && (after is null || string.CompareOrdinal(k, after) > 0)).Order(StringComparer.Ordinal);
                Assert.Equal(expected, await Store.ListAsync(prefix, after).Select(o => o.Key).ToListAsync());
            }
        }
    }

    protected static byte[] Content(int length)
    {
        byte[] content = new byte[length];
        new Random(length).NextBytes(content);
        return content;
    }
}

public sealed class MemoryStoreContractSpecs : StoreContractSpecs
{
    protected override IObjectStore Store { get; } = new MemoryObjectStore();
}
