using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Tests.Commit;

/// <summary>Real threads on a real folder.</summary>
public class RacingWritersSpecs
{
    [Fact]
    public async Task Appends_of_four_writers_all_land_exactly_once_while_checkpoints_and_readers_run()
    {
        const int Writers = 4;
        const int Commits = 60;
        using TemporaryFolder folder = new();
        LocalObjectStore store = new(folder.Path, fsync: false);
        await Tables.CreateAsync(store, new DeltaTableOptions());
        List<Exception> faults = [];
        using CancellationTokenSource done = new();
        Task<int> reader = Task.Run(async () =>
        {
            DeltaTable follower = await DeltaTable.OpenAsync(store);
            TableTail tail = new(follower);
            long position = 0;
            int files = 0;
            while (true)
            {
                bool isLast = done.IsCancellationRequested;
                if (await tail.ReadAfterAsync(position, TailLimits.Default) is TailStep.Versions step)
                {
                    files += step.Appended.Count;
                    position = step.ToInclusive;
                    Assert.True((await DeltaTable.OpenAsync(store)).Snapshot.Version >= position, "a fresh reader is behind a follower");
                }
                else if (isLast)
                {
                    return files;
                }
            }
        });
        Task[] writers = [.. Enumerable.Range(0, Writers).Select(w => Task.Run(async () =>
        {
            DeltaTable table = await DeltaTable.OpenAsync(store, new DeltaTableOptions { OnUpkeepFault = e => { lock (faults) { faults.Add(e); } } });
            for (int i = 0; i < Commits; i++)
            {
                CommitOutcome outcome = await Tables.AppendAsync(table, $"w{w}-{i}", new CommitSpec("WRITE") { Transactions = [new AppTransaction($"w{w}", i)] });
                Assert.IsType<CommitOutcome.Committed>(outcome);
            }

            await table.WhenIdleAsync();
        }))];
        await Task.WhenAll(writers);
        await done.CancelAsync();
        Assert.Equal(Writers * Commits, await reader);
        Assert.Empty(faults);
        Snapshot read = (await DeltaTable.OpenAsync(store)).Snapshot;
        Assert.Equal(Writers * Commits, read.Version);
        Assert.Equal(Enumerable.Range(0, Writers).SelectMany(w => Enumerable.Range(0, Commits).Select(i => $"w{w}-{i}")).Order(StringComparer.Ordinal), Tables.Paths(read));
        Assert.True(read.CheckpointVersion > 0);
    }

    [Fact]
    public async Task Of_racing_fenced_writers_one_wins_and_the_others_are_superseded()
    {
        using TemporaryFolder folder = new();
        LocalObjectStore store = new(folder.Path, fsync: false);
        DeltaTable made = await Tables.CreateAsync(store, new DeltaTableOptions());
        for (int round = 0; round < 50; round++)
        {
            long planned = (await made.RefreshAsync()).Version;
            int number = round;
            CommitOutcome[] outcomes = await Task.WhenAll(Enumerable.Range(0, 3).Select(w => Task.Run(async () =>
            {
                DeltaTable table = await DeltaTable.OpenAsync(store);
                return await Tables.AppendAsync(table, $"{number}-{w}", new CommitSpec("MERGE") { Fence = new Fence(planned), Transactions = [new AppTransaction("job", number)] });
            })));
            Assert.Single(outcomes.OfType<CommitOutcome.Committed>());
            Assert.Equal(2, outcomes.OfType<CommitOutcome.Superseded>().Count());
        }

        Assert.Equal(50, (await made.RefreshAsync()).Files.Count);
    }

    [Fact]
    public async Task Of_racing_creators_all_get_the_same_table()
    {
        for (int round = 0; round < 20; round++)
        {
            using TemporaryFolder folder = new();
            LocalObjectStore store = new(folder.Path, fsync: false);
            DeltaTable[] tables = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Tables.CreateAsync(store, new DeltaTableOptions()))));
            Assert.Single(tables.Select(t => t.Snapshot.Metadata.Id).Distinct());
            Assert.All(tables, t => Assert.Equal(0, t.Snapshot.Version));
        }
    }
}
