using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Tests.Campaigns;

/// <summary>One seed: a world, its actors, one history, and what must hold at its end.</summary>
internal static class InterleavingRun
{
    /// <summary>Runs a seed on a thread of its own, without any synchronisation context: nothing but the scheduler decides who goes on.</summary>
    public static (StageWorld World, Exception? Failure) Run(int seed, PlantedBug bug = PlantedBug.None)
    {
        StageWorld world = new(seed, bug);
        Exception? failure = null;
        Thread thread = new(() => failure = Record.Exception(() => RunHere(world)), 16 << 20);
        thread.Start();
        thread.Join();
        return (world, failure);
    }

    /// <summary>A failure as a reader needs it: the seed, what broke, how it came to that.</summary>
    public static string Describe(StageWorld world, Exception failure) =>
        $"""
        Seed {world.Seed} failed: {failure.Message}
        Repeat it with SEED={world.Seed}. Faults: {world.Faults}; partitioned {world.Partitioned}, readers register {world.ReadersRegister}, page {world.PageSize}, {string.Join(", ", world.Properties.Select(static p => $"{p.Key}={p.Value}"))}
        {string.Join('\n', world.Scheduler.Trace.TakeLast(CampaignSeeds.IsOne ? int.MaxValue : 150))}
        {failure.StackTrace}
        """;

    private static void RunHere(StageWorld world)
    {
        Random random = new(world.Seed ^ 0x5EED);
        Prepare(world, random);
        List<StageActor> actors = [new Appender(world, "appender-1", random, 1000, random.Next(2, 6)), new Merger(world, "merger-1", random, 10_000, random.Next(2, 5))];
        if (random.Next(2) == 0)
        {
            actors.Add(new Appender(world, "appender-2", random, 2000, random.Next(1, 4)));
        }

        if (random.Next(2) == 0)
        {
            actors.Add(new Merger(world, "merger-2", random, 20_000, random.Next(1, 4)));
        }

        TailFollower tail = new(world, random);
        actors.AddRange([new Compactor(world, random, random.Next(1, 4)), new Janitor(world, random, random.Next(3, 8)), new LongReader(world, random, random.Next(1, 4)), tail]);
        world.Scheduler.Run(actors);
        Assert.Equal(world.Oracle.Newest, tail.Position);
        CheckEndAsync(world, random).GetAwaiter().GetResult();
    }

    // Version 0 and a few rows, before anybody else looks.
    private static void Prepare(StageWorld world, Random random)
    {
        Founder founder = new();
        DeltaTableOptions options = world.Options(founder) with { Upkeep = LogUpkeepMode.Off };
        DeltaTable table = DeltaTable.OpenOrCreateAsync(world.Objects, new TableDefinition(StageWorld.Schema) { PartitionColumns = world.Partitioned ? ["part"] : [], Properties = world.Properties }, options).GetAwaiter().GetResult();
        world.Oracle.Landed(0, world.Objects.ReadAsync(LogFiles.Commit(0)).GetAwaiter().GetResult());
        for (int i = 0; i < 3; i++)
        {
            StageRow[] rows = [.. Enumerable.Range(i * 4, 4).Select(id => new StageRow(id, $"p{random.Next(3)}", random.Next(100), "first"))];
            world.Oracle.Plan("founder", i, (_, state) => state.AddRange(rows.Select(static r => KeyValuePair.Create(r.Id, r))));
            CommitOutcome outcome = table.AppendAsync([StageWorld.Batch(rows)], new CommitSpec("WRITE") { Transactions = [new Actions.AppTransaction("founder", i)] }).GetAwaiter().GetResult();
            long version = Assert.IsType<CommitOutcome.Committed>(outcome).Version;
            world.Oracle.Landed(version, world.Objects.ReadAsync(LogFiles.Commit(version)).GetAwaiter().GetResult());
        }
    }

    // The newest version row by row, by an object that saw none of this; and every version whose files nobody was allowed to take.
    private static async Task CheckEndAsync(StageWorld world, Random random)
    {
        DeltaTable table = await DeltaTable.OpenAsync(world.Objects).ConfigureAwait(false);
        Assert.Equal(world.Oracle.Newest, table.Snapshot.Version);
        await CheckRowsAsync(world, table, table.Snapshot).ConfigureAwait(false);
        long oldest = Enumerable.Range(0, (int)world.Oracle.Newest + 1).First(v => world.Objects.FindAsync(LogFiles.Commit(v)).GetAwaiter().GetResult() is not null);
        List<long> old = [];
        for (long version = oldest; version < world.Oracle.Newest; version++)
        {
            Snapshot? snapshot = await BuildAsync(world, table, version).ConfigureAwait(false);
            if (snapshot is not null && !world.Oracle.IsPastRetention(version, world.VacuumCutoff))
            {
                old.Add(version);
                foreach (Actions.AddFile file in snapshot.Files)
                {
                    Assert.True(await world.Objects.FindAsync(TablePath.ToKey(file.Path, world.Objects.Root)).ConfigureAwait(false) is not null, $"a file of version {version} is gone before its time");
                }
            }
        }

        if (old.Count > 0)
        {
            await CheckRowsAsync(world, table, await table.SnapshotAtAsync(old[random.Next(old.Count)]).ConfigureAwait(false)).ConfigureAwait(false);
        }
    }

    private static async Task<Snapshot?> BuildAsync(StageWorld world, DeltaTable table, long version)
    {
        try
        {
            return await table.SnapshotAtAsync(version).ConfigureAwait(false);
        }
        catch (VersionNotFoundException) when (!world.CanBeBuilt(version))
        {
            // A commit that a cleanup has not come to yet, older than any checkpoint that stays.
            return null;
        }
    }

    private static async Task CheckRowsAsync(StageWorld world, DeltaTable table, Snapshot snapshot) =>
        Assert.Equal(StageWorld.Texts(world.Oracle.States[(int)snapshot.Version].Values), await StageWorld.RowsAsync(table, snapshot).ConfigureAwait(false));

    private sealed class Founder() : StageActor("founder")
    {
        protected override Task LiveAsync() => Task.CompletedTask;
    }
}
