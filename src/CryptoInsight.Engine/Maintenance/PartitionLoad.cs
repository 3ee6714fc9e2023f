namespace CryptoInsight.Engine.Maintenance;

/// <summary>What could be rewritten in one partition.</summary>
/// <param name="Value">The partition's value as the log writes it (a UTC date); null: the table is not partitioned.</param>
/// <param name="Day">The value as a day.</param>
/// <param name="NewestAt">When the newest of these files was written.</param>
/// <param name="PackBytes">Sizes of the files that merging would take up.</param>
/// <param name="ClusterBytes">Sizes of the files that laying out would take up.</param>
public sealed record PartitionLoad(string? Value, DateOnly? Day, DateTimeOffset NewestAt, IReadOnlyList<long> PackBytes, IReadOnlyList<long> ClusterBytes);
