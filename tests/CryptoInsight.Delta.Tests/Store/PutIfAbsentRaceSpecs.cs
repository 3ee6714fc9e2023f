using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Tests.Store;

/// <summary>The only lock of the engine: of any number of racing writers exactly one gets the name, and its content is whole.</summary>
public class PutIfAbsentRaceSpecs
{
    private const int LocalRounds = 100_000;
    private const int ContentBytes = 512;

    [Fact]
    public void Exactly_one_of_racing_writers_wins_every_one_of_100000_rounds_in_a_folder()
    {
        using TemporaryFolder folder = new();
        LocalObjectStore store = new(folder.Path, fsync: false);
        Race(store, writers: 2, LocalRounds * 6 / 10);
        Race(store, writers: 3, LocalRounds * 2 / 10);
        Race(store, writers: 4, LocalRounds * 2 / 10);
    }

    [Fact]
    public void Exactly_one_of_racing_writers_wins_where_even_the_folder_is_new()
    {
        using TemporaryFolder folder = new();
        LocalObjectStore store = new(folder.Path, fsync: false);
        Race(store, writers: 3, 20_000, static round => $"new/{round / 100}/{round}/x.json");
    }

    [Fact]
    public void Exactly_one_of_racing_writers_wins_in_memory() => Race(new MemoryObjectStore(), writers: 4, 5_000);

    private static void Race(IObjectStore store, int writers, int rounds) => Race(store, writers, rounds, round => $"_delta_log/{writers}/{round / 1000}/{round}.json");

    private static void Race(IObjectStore store, int writers, int rounds, Func<int, string> key)
    {
        int[] winners = new int[rounds];
        int[] winnerOf = new int[rounds];
        using Barrier start = new(writers);
        Thread[] threads = [.. Enumerable.Range(0, writers).Select(writer => new Thread(() =>
        {
            byte[] content = new byte[ContentBytes];
            content.AsSpan().Fill((byte)(writer + 1));
            for (int round = 0; round < rounds; round++)
            {
                start.SignalAndWait();
                if (store.PutIfAbsentAsync(key(round), content).GetAwaiter().GetResult())
                {
                    Interlocked.Increment(ref winners[round]);
                    winnerOf[round] = writer;
                }
            }
        }))];
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        Assert.Equal(Enumerable.Repeat(1, rounds), winners);
        for (int round = 0; round < rounds; round++)
        {
            byte[] content = store.ReadAsync(key(round)).GetAwaiter().GetResult();
            Assert.True(content.Length == ContentBytes && content.All(b => b == winnerOf[round] + 1), $"round {round}: the content is not the winner's");
        }

        // All contenders meet again and again: if one writer won every round there was no race.
        Assert.True(winnerOf.Distinct().Count() > 1, "one writer won every round: they did not race");
    }
}
