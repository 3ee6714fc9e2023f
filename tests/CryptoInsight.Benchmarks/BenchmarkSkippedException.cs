namespace CryptoInsight.Benchmarks;

/// <summary>A benchmark cannot run here, and why.</summary>
internal sealed class BenchmarkSkippedException(string why) : Exception(why);
