namespace CryptoInsight.Engine.Symbols;

/// <summary>A shelf that keeps nothing: every start reads the tables.</summary>
public sealed class NoSnapshots : ISnapshotShelf
{
    private NoSnapshots()
    {
    }

    public static NoSnapshots Instance { get; } = new();

    public int EveryVersions => 0;

    public Task<object?> FindAsync(string name) => Task.FromResult<object?>(null);

    public void Put(string name, object snapshot)
    {
        // Nothing is kept.
    }
}
