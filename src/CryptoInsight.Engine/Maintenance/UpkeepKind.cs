namespace CryptoInsight.Engine.Maintenance;

/// <summary>What can be done for a table.</summary>
public enum UpkeepKind
{
    /// <summary>Merge small files of partitions that are still written to.</summary>
    Pack,

    /// <summary>Lay closed partitions out for queries (where the table has columns for it, else merge them).</summary>
    Cluster,

    /// <summary>Delete dead letters past their retention.</summary>
    LetGo,

    /// <summary>Remove log files that no kept version needs.</summary>
    CleanLog,

    /// <summary>Remove data files that no kept version needs.</summary>
    Vacuum,
}
