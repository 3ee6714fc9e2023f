using CryptoInsight.Benchmarks.Data;
using CryptoInsight.Benchmarks.Measuring;

namespace CryptoInsight.Benchmarks;

/// <summary>What a benchmark may use.</summary>
/// <param name="Quick">Fewer rounds and smaller tables: to see that it runs, not for the README.</param>
/// <param name="Report">Where results go.</param>
/// <param name="Folder">An empty folder of its own, removed afterwards.</param>
internal sealed record BenchmarkContext(bool Quick, Report Report, WorkFolder Folder)
{
    /// <summary>The full figure, or the one for a quick run.</summary>
    public int Size(int full, int quick) => Quick ? quick : full;
}
