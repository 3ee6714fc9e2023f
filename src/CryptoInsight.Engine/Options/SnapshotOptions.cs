namespace CryptoInsight.Engine.Options;

/// <summary>Where the snapshots of the symbols' states are kept.</summary>
/// <param name="Connection"><see cref="Auto"/>, a file, or a connection string without a password.</param>
/// <param name="EveryVersions">Versions of Silver between two snapshots of a symbol.</param>
public sealed record SnapshotOptions(SnapshotStore Store, string Connection, int EveryVersions)
{
    public const string Auto = "auto";
}

/// <summary>The databases that keep snapshots.</summary>
public enum SnapshotStore
{
    Off,
    Sqlite,
    PostgreSql,
}
