namespace CryptoInsight.Benchmarks;

/// <summary>One subcommand: measures, and reports one row or more.</summary>
internal interface IBenchmark
{
    /// <summary>The subcommand.</summary>
    string Name { get; }

    /// <summary>One sentence for <c>--help</c>.</summary>
    string Summary { get; }

    Task RunAsync(BenchmarkContext context);
}
