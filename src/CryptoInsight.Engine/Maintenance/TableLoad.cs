using System.Globalization;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Engine.Options;

namespace CryptoInsight.Engine.Maintenance;

/// <summary>What could be rewritten in a table as of one version, by the engine's own rules.</summary>
public sealed record TableLoad(string Table, long Version, IReadOnlyList<PartitionLoad> Partitions)
{
    /// <summary>Looks at the newest version that the table's object knows; reads nothing.</summary>
    public static TableLoad Of(string name, DeltaTable table, TableUpkeep upkeep)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(upkeep);
        Delta.Log.Snapshot snapshot = table.Snapshot;
        var pack = new OptimizeSpec { FileBytesTarget = upkeep.FileBytesTarget };
        Dictionary<string, OptimizeCandidate> packed = ByValue(table.OptimizeCandidates(pack, snapshot));
        Dictionary<string, OptimizeCandidate> clustered = upkeep.ZOrderBy.Count == 0 ? packed : ByValue(table.OptimizeCandidates(pack with { ZOrderBy = upkeep.ZOrderBy }, snapshot));
        return new TableLoad(name, snapshot.Version, [.. packed.Keys.Union(clustered.Keys).Select(key => Partition(packed.GetValueOrDefault(key), clustered.GetValueOrDefault(key)))]);
    }

    private static Dictionary<string, OptimizeCandidate> ByValue(IReadOnlyList<OptimizeCandidate> candidates) => candidates.ToDictionary(c => c.Values is [{ } value] ? value : "", StringComparer.Ordinal);

    private static PartitionLoad Partition(OptimizeCandidate? pack, OptimizeCandidate? cluster)
    {
        OptimizeCandidate any = (pack ?? cluster)!;
        string? value = any.Values is [{ } text] ? text : null;
        DateOnly? day = DateOnly.TryParseExact(value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date) ? date : null;
        IEnumerable<AddFile> files = (pack?.Files ?? []).Concat(cluster?.Files ?? []);
        return new PartitionLoad(value, day, DateTimeOffset.FromUnixTimeMilliseconds(files.Max(f => f.ModificationTime)), Sizes(pack), Sizes(cluster));
    }

    private static IReadOnlyList<long> Sizes(OptimizeCandidate? candidate) => candidate is null ? [] : [.. candidate.Files.Select(f => f.Size)];
}
