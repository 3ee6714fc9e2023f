namespace CryptoInsight.Benchmarks.Data;

/// <summary>A fresh folder that goes when the benchmark ends, whatever became of it.</summary>
internal sealed class WorkFolder : IDisposable
{
    private int _next;

    public WorkFolder(string? below)
    {
        string parent = below ?? Path.GetTempPath();
        Directory.CreateDirectory(parent);
        Root = Path.Combine(parent, $"cryptoinsight-bench-{Environment.ProcessId}-{TimeProvider.System.GetTimestamp():x}");
        Directory.CreateDirectory(Root);
    }

    public string Root { get; }

    /// <summary>The path of a new folder below it, not made yet.</summary>
    public string Fresh(string name) => Path.Combine(Root, $"{name}-{_next++}");

    public void Dispose()
    {
        if (Directory.Exists(Root))
        {
            Directory.Delete(Root, recursive: true);
        }
    }
}
