using Akka.Actor;
using Akka.Cluster.Tools.Singleton;
using Akka.Configuration;

namespace CryptoInsight.Engine.Operations;

/// <summary>An actor of which the nodes of a role have one together: it lives on the oldest of them, and on the next one when that leaves or dies.</summary>
public static class RoleSingleton
{
    private const string Owner = "owner";

    /// <summary>Settings that give the node a role beside those it has.</summary>
    public static Config WithRole(Config config, string role)
    {
        ArgumentNullException.ThrowIfNull(config);
        IEnumerable<string> roles = config.GetStringList("akka.cluster.roles", []).Append(role).Distinct();
        return ConfigurationFactory.ParseString($"akka.cluster.roles = [{string.Join(", ", roles.Select(r => $"\"{r}\""))}]").WithFallback(config);
    }

    /// <summary>Takes part; the answer reaches the actor, wherever it is. Every node of the role has to take part, for any of them can be the oldest.</summary>
    /// <param name="system">The node.</param>
    /// <param name="role">Which nodes.</param>
    /// <param name="name">The actor's name.</param>
    /// <param name="actor">Makes it, if it is to live here.</param>
    /// <param name="stop">Tells it to end before it moves.</param>
    public static IActorRef Start(ActorSystem system, string role, string name, Props actor, object stop)
    {
        system.ActorOf(ClusterSingletonManager.Props(actor, stop, ClusterSingletonManagerSettings.Create(system).WithRole(role).WithSingletonName(Owner)), name);
        return system.ActorOf(ClusterSingletonProxy.Props($"/user/{name}", ClusterSingletonProxySettings.Create(system).WithRole(role).WithSingletonName(Owner)), $"{name}-proxy");
    }

    /// <summary>The actor, if it lives on this node.</summary>
    public static async Task<IActorRef?> FindHereAsync(ActorSystem system, string name, TimeSpan within)
    {
        ActorIdentity found = await system.ActorSelection($"/user/{name}/{Owner}").Ask<ActorIdentity>(new Identify(null), within).ConfigureAwait(false);
        return found.Subject;
    }
}
