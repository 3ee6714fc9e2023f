namespace CryptoInsight.Sources.Tests.Binance;

/// <summary>Specs that move a clock while the pool works: they run alone, so that the pool is theirs.</summary>
[CollectionDefinition(nameof(VirtualTime), DisableParallelization = true)]
public sealed class VirtualTime;
