using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;
using CryptoInsight.Domain.Budget;
using CryptoInsight.Domain.Market;
using CryptoInsight.Engine.Budget;

namespace CryptoInsight.Engine.Tests.Budget;

/// <summary>Three real actor systems on loopback that share one budget; the one that owns it dies without a word.</summary>
#pragma warning disable CA1001 // xunit calls DisposeAsync
public sealed class WeightClusterSpecs : IAsyncLifetime
#pragma warning restore CA1001
{
    private const int Limit = 600;
    private const long Minute = 60_000_000;

    private static readonly Config s_config = WeightSingleton.WithRole(LoopbackCluster.Config, "test");

    private readonly List<ActorSystem> _systems = [];
    private readonly ConcurrentDictionary<long, int> _used = new();
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(100));
    private long _ahead;

    // The exchange's clock, set so that the owner dies late in a minute: who takes over is silent until the next one.
    private UnixMicros Now => UnixMicros.From(TimeProvider.System.GetUtcNow()) + Volatile.Read(ref _ahead);

    public async Task InitializeAsync()
    {
        for (int i = 0; i < 3; i++)
        {
            ActorSystem system = ActorSystem.Create("cryptoinsight", s_config);
            _systems.Add(system);
            await Akka.Cluster.Cluster.Get(system).JoinAsync(Akka.Cluster.Cluster.Get(_systems[0]).SelfAddress, _deadline.Token);
        }
    }

    public async Task DisposeAsync()
    {
        await Task.WhenAll(_systems.Select(s => s.Terminate()));
        _deadline.Dispose();
    }

    [Fact]
    public async Task When_the_node_of_the_owner_dies_another_owns_the_budget_from_the_next_minute_on()
    {
        UnixMicros real = UnixMicros.From(TimeProvider.System.GetUtcNow());
        _ahead = 47_000_000 - real.Value % Minute; // it is the 47th second of a minute
        SharedWeightGate[] gates = [.. _systems.Select((system, i) => Open(system, $"node-{i}"))];

        // The first system was not alone any more when the singleton came: the first owner begins with the next minute.
        await Task.WhenAll(gates.Select((gate, i) => WantAsync(gate, 30)));
        Assert.All(gates, g => Assert.Equal("node-0", g.Facts.Owner));
        long epoch = gates[1].Facts.Epoch;

        _ahead += Math.Max(0, 50_000_000 - Now.Value % Minute); // on to the 50th second
        await _systems[0].Terminate();
        long died = Now.Value / Minute;
        IEnumerable<UnixMicros> granted = (await Task.WhenAll(gates[1..].Select(gate => WantAsync(gate, 30)))).SelectMany(g => g);

        Assert.All(granted, at => Assert.True(at.Value / Minute > died, $"granted at {at}, in the minute {died} of the owner that died"));
        Assert.All(gates[1..], g => Assert.Contains(g.Facts.Owner, (string[])["node-1", "node-2"]));
        Assert.True(gates[1].Facts.Epoch > epoch);
        Assert.All(_used, minute => Assert.InRange(minute.Value, 0, Limit * 9 / 10));
    }

    private SharedWeightGate Open(ActorSystem system, string node)
    {
        var terms = new WeightTerms("test", Limit, () => Now, _ => Task.FromResult<int?>(Limit), TimeSpan.FromMinutes(10));
        return new SharedWeightGate(system, WeightSingleton.Start(system, terms, node, TimeProvider.System), node, () => Now, TimeProvider.System);
    }

    // Asks again and again, as a feed does, and counts as the exchange does.
    private async Task<List<UnixMicros>> WantAsync(SharedWeightGate gate, int requests)
    {
        List<UnixMicros> granted = [];
        for (int i = 0; i < requests; i++)
        {
            WeightLease lease = await gate.EnterAsync(2, i % 2 == 0 ? WeightPriority.Live : WeightPriority.Backfill, _deadline.Token);
            granted.Add(Now);
            gate.Return(lease, new WeightFeedback.Answered(_used.AddOrUpdate(granted[^1].Value / Minute, 2, (_, used) => used + 2)));
        }

        return granted;
    }
}
