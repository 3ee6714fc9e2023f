namespace CryptoInsight.Engine.Symbols;

/// <summary>Where states are kept so that a start need not read histories. A cache: what is not there, or not readable, is computed from the tables.</summary>
public interface ISnapshotShelf
{
    /// <summary>A snapshot is due every so many versions of Silver; 0: never.</summary>
    int EveryVersions { get; }

    /// <summary>The newest snapshot of this name, or null; never fails.</summary>
    Task<object?> FindAsync(string name);

    /// <summary>Puts a snapshot in the place of the one before, some time; whether it worked is not told.</summary>
    void Put(string name, object snapshot);
}
