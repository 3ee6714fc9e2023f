using Akka.Actor;
using Akka.Configuration;
using CryptoInsight.Engine.Operations;

namespace CryptoInsight.Engine.Budget;

/// <summary>Places the owner of an egress' weight budget on one node of those that share the egress, and finds it.</summary>
public static class WeightSingleton
{
    /// <summary>The role of nodes behind an egress: only they can own its budget, for only they see its exchange.</summary>
    public static string RoleOf(string egress) => $"egress-{egress}";

    /// <summary>Settings that give the node its role beside those it has.</summary>
    public static Config WithRole(Config config, string egress) => RoleSingleton.WithRole(config, RoleOf(egress));

    /// <summary>Takes part in the budget of an egress; the answer reaches its owner, wherever that is.</summary>
    /// <remarks>A node that is alone in its cluster now is its oldest member for as long as it lives: no owner can have been before its own first one.</remarks>
    public static IActorRef Start(ActorSystem system, WeightTerms terms, string node, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(terms);
        Akka.Cluster.Cluster cluster = Akka.Cluster.Cluster.Get(system);
        int firsts = cluster.State.Members.All(m => m.UniqueAddress.Equals(cluster.SelfUniqueAddress)) ? 1 : 0;
        Props owner = WeightOwnerActor.Props(terms, node, () => Interlocked.Exchange(ref firsts, 0) == 1, time);
        return RoleSingleton.Start(system, RoleOf(terms.Egress), $"weight-{terms.Egress}", owner, PoisonPill.Instance);
    }
}
