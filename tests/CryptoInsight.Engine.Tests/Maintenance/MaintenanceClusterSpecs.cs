using Akka.Actor;
using Akka.Configuration;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Store;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Engine.Maintenance;
using CryptoInsight.Engine.Operations;
using CryptoInsight.Engine.Options;
using CryptoInsight.Lake;

namespace CryptoInsight.Engine.Tests.Maintenance;

/// <summary>Three real actor systems on loopback over one lake: the oldest looks after it, and the next one when that is gone.</summary>
#pragma warning disable CA1001 // xunit calls DisposeAsync
public sealed class MaintenanceClusterSpecs : IAsyncLifetime
#pragma warning restore CA1001
{
    private static readonly Config s_config = RoleSingleton.WithRole(LoopbackCluster.Config, MaintenanceActor.Role);

    private readonly Dictionary<string, MemoryObjectStore> _stores = [];
    private readonly List<Node> _nodes = [];
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(100));

    private sealed record Node(ActorSystem System, LakeTables Lake, JobBoard Board, IActorRef Journal, IActorRef Maintenance);

    public async Task InitializeAsync()
    {
        EngineOptions shipped = EngineOptions.FromConfig(ShippedConfig.Reference);
        EngineOptions options = shipped with { Maintenance = shipped.Maintenance with { FirstAfter = TimeSpan.Zero, LookEvery = TimeSpan.FromMilliseconds(20), QuietAfter = TimeSpan.Zero, DutyPercent = 100 } };
        for (int i = 0; i < 3; i++)
        {
            LakeTables lake = await LakeTables.OpenOrCreateAsync(
                new LakeLocation("memory", "demo_catalog", "demo_schema", path => _stores.TryGetValue(path, out MemoryObjectStore? store) ? store : _stores[path] = new MemoryObjectStore()), new DeltaTableOptions());
            ActorSystem system = ActorSystem.Create("cryptoinsight", s_config);
            await Akka.Cluster.Cluster.Get(system).JoinAsync(Akka.Cluster.Cluster.Get(i == 0 ? system : _nodes[0].System).SelfAddress, _deadline.Token);
            var board = new JobBoard();
            IActorRef journal = system.ActorOf(JournalActor.Props(lake.Operations), "journal");
            var node = new JobNode($"node-{i}", $"run-{i}", board, journal, options.Backoff, options.JournalEvery, TimeProvider.System);
            _nodes.Add(new Node(system, lake, board, journal, RoleSingleton.Start(system, MaintenanceActor.Role, MaintenanceActor.Id, MaintenanceActor.Props(lake, options, node), JobProtocol.Finish.Instance)));
        }
    }

    public async Task DisposeAsync()
    {
        await Task.WhenAll(_nodes.Select(n => n.System.Terminate()));
        _deadline.Dispose();
    }

    [Fact]
    public async Task One_node_looks_after_the_lake_and_when_it_leaves_the_other_goes_on_and_knows_of_a_pause()
    {
        (Node first, Node second) = (_nodes[0], _nodes[1]);
        await AppendAsync(first, 0, 16);
        await OneFileAsync(first);

        // Told through the node that does not have it.
        Assert.True((await TellAsync(second, new JobProtocol.Pause("test"))).IsDone);
        Assert.Equal(JobState.Paused, (await first.Board.ReachedAsync(MaintenanceActor.Id, long.MaxValue, _deadline.Token)).State);
        Assert.Null(second.Board.Find(MaintenanceActor.Id));
        Assert.Contains("paused", (await TellAsync(second, new MaintenanceProtocol.RunNow(null, null, DryRun: false, "test"))).Text, StringComparison.Ordinal);
        await first.Journal.Ask<JournalActor.Flushed>(JournalActor.Flush.Instance, _deadline.Token);

        var cluster = Akka.Cluster.Cluster.Get(first.System);
        await cluster.LeaveAsync(_deadline.Token);
        await first.System.Terminate();

        // Paused still: what comes in stays as it came.
        Assert.Equal(JobState.Paused, (await second.Board.ReachedAsync(MaintenanceActor.Id, long.MaxValue, _deadline.Token)).State);
        await AppendAsync(second, 100, 16);
        Assert.Equal(17, (await second.Lake.Bronze.Table.RefreshAsync()).Files.Count);
        Assert.True((await TellAsync(second, new JobProtocol.Resume("test"))).IsDone);
        await OneFileAsync(second);
    }

    [Fact]
    public async Task When_its_node_dies_without_a_word_the_other_node_goes_on()
    {
        await AppendAsync(_nodes[0], 0, 16);
        await OneFileAsync(_nodes[0]);

        await _nodes[0].System.Terminate();
        await AppendAsync(_nodes[1], 100, 16);

        await OneFileAsync(_nodes[1]);
        Assert.Equal(JobState.Running, _nodes[1].Board.Find(MaintenanceActor.Id)!.State);
    }

    private static async Task AppendAsync(Node node, int first, int commits)
    {
        await node.Lake.Bronze.Table.RefreshAsync();
        for (int i = 0; i < commits; i++)
        {
            Assert.IsType<CommitOutcome.Committed>(await node.Lake.Bronze.AppendAsync([.. Enumerable.Range(first + (i * 5), 5).Select(m => Sample.Raw(Sample.Btc, m, 100 + m))], []));
        }
    }

    // Small files of a closed day become one.
    private async Task OneFileAsync(Node node)
    {
        Snapshot snapshot = await node.Lake.Bronze.Table.RefreshAsync();
        while (snapshot.Files.Any(f => f.Tags is null))
        {
            snapshot = await node.Lake.Bronze.Table.NewerThanAsync(snapshot.Version, _deadline.Token);
        }
    }

    private Task<JobProtocol.Answer> TellAsync(Node node, object command) => node.Maintenance.Ask<JobProtocol.Answer>(command, _deadline.Token);
}
