using Akka.Actor;
using Akka.Cluster.Sharding;

namespace CryptoInsight.Engine.Symbols;

/// <summary>The shard region that places one <see cref="SymbolActor"/> per symbol somewhere in the cluster.</summary>
public static class SymbolShards
{
    public const string TypeName = "symbol";

    /// <summary>Shards, not symbols, move between nodes; ten per node of a large cluster. It can never change while nodes run.</summary>
    private const int ShardCount = 100;

    public static IActorRef Start(ActorSystem system, SymbolSources sources) =>
        ClusterSharding.Get(system).Start(
            TypeName, SymbolActor.Props(sources), ClusterShardingSettings.Create(system), new Extractor());

    private sealed class Extractor() : HashCodeMessageExtractor(ShardCount)
    {
        public override string? EntityId(object message) => (message as SymbolProtocol.IWithSymbol)?.Symbol.Code;
    }
}
