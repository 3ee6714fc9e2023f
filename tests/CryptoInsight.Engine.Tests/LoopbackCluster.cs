using Akka.Cluster.Tools.Singleton;
using Akka.Configuration;
using CryptoInsight.Engine.Options;

namespace CryptoInsight.Engine.Tests;

/// <summary>Settings of actor systems that make a cluster in one process: the shipped ones, but a node that died is noticed within seconds.</summary>
internal static class LoopbackCluster
{
    public static Config Config { get; } = ConfigurationFactory.ParseString("""
        akka {
          loglevel = ERROR
          cluster {
            roles = ["ingest"]
            downing-provider-class = "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"
            split-brain-resolver { active-strategy = keep-majority, stable-after = 2s }
            down-removal-margin = 500ms
            failure-detector { heartbeat-interval = 300ms, acceptable-heartbeat-pause = 1500ms, threshold = 6 }
          }
          coordinated-shutdown.run-by-actor-system-terminate = off
        }
        """).WithFallback(ShippedConfig.Akka).WithFallback(ClusterSingleton.DefaultConfig());
}
