using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Data;

namespace CryptoInsight.Delta.Operations;

/// <summary>Files of one partition that are rewritten together: as one file, or laid out along a Z-curve as several.</summary>
internal sealed record CompactionBin(PartitionKey Partition, IReadOnlyList<AddFile> Files);

/// <summary>Decides which files OPTIMIZE merges. Pure.</summary>
internal static class CompactionPlan
{
    /// <summary>The tag that remembers by which columns a file is laid out.</summary>
    public const string ZOrderTag = "CRYPTOINSIGHT_ZORDER_BY";

    /// <summary>The tag that tells how many files were laid out together.</summary>
    public const string ZOrderFilesTag = "CRYPTOINSIGHT_ZORDER_FILES";

    /// <summary>So many small files that are laid out already, each for itself, are laid out again as one: only so does what arrives late not pile up.</summary>
    public const int LaidOutFilesMax = 8;

    /// <summary>The bins by partition, partitions with the most files first.</summary>
    public static IReadOnlyList<IReadOnlyList<CompactionBin>> Bins(IEnumerable<AddFile> files, TableLayout layout, OptimizeSpec spec, long fileBytesTarget)
    {
        // Rows can only be laid together if they are sorted together: a partition is one bin then, as far as one run may go.
        long target = spec.ZOrderBy.Count > 0 ? Math.Max(spec.BytesMax, fileBytesTarget) : fileBytesTarget;
        long small = Math.Min(spec.SmallFileBytesMax ?? fileBytesTarget / 4 * 3, fileBytesTarget);
        List<IReadOnlyList<CompactionBin>> all = [];
        foreach (IGrouping<PartitionKey, AddFile> partition in files.GroupBy(f => PartitionKey.Of(f, layout)).Where(g => spec.OnlyPartitions?.Contains(g.Key) != false).OrderByDescending(static g => g.Count()))
        {
            // In the order they were written: rows that came together stay together.
            IEnumerable<AddFile> candidates = Candidates([.. partition], spec, small).OrderBy(static f => f.ModificationTime).ThenBy(static f => f.Path, StringComparer.Ordinal);
            List<CompactionBin> bins = [.. Pack(candidates, target).Where(b => b.Count > 1 || IsWorthAlone(b[0], spec)).Select(b => new CompactionBin(partition.Key, b))];
            if (bins.Count > 0)
            {
                all.Add(bins);
            }
        }

        return all;
    }

    public static string TagOf(IReadOnlyList<string> columns) => string.Join(',', columns);

    // A file that is laid out is left alone, whatever its size, until deleted rows make it worth rewriting.
    private static List<AddFile> Candidates(List<AddFile> files, OptimizeSpec spec, long small)
    {
        List<AddFile> candidates = files.FindAll(f => IsWorthAlone(f, spec) || (spec.ZOrderBy.Count == 0 && f.Size < small && !IsLaidOut(f)));
        List<AddFile> remnants = spec.ZOrderBy.Count == 0 ? [] : files.FindAll(f => f.Size < small && IsLaidOut(f, spec) && IsAlone(f) && !HasManyDeleted(f, spec));
        return remnants.Count >= LaidOutFilesMax ? [.. candidates, .. remnants] : candidates;
    }

    private static bool IsWorthAlone(AddFile file, OptimizeSpec spec) => HasManyDeleted(file, spec) || (spec.ZOrderBy.Count > 0 && !IsLaidOut(file, spec));

    // Files that were laid out together are as large as the sorting made them: to do them again would make the same ones.
    private static bool IsAlone(AddFile file) => file.Tags?.GetValueOrDefault(ZOrderFilesTag) == "1";

    private static bool IsLaidOut(AddFile file) => file.Tags?.ContainsKey(ZOrderTag) == true;

    private static bool IsLaidOut(AddFile file, OptimizeSpec spec) =>
        file.Tags is not null && file.Tags.TryGetValue(ZOrderTag, out string? columns) && string.Equals(columns, TagOf(spec.ZOrderBy), StringComparison.OrdinalIgnoreCase);

    private static bool HasManyDeleted(AddFile file, OptimizeSpec spec) =>
        file.DeletionVector is DeletionVectorDescriptor vector && (FileStats.Of(file).NumRecords is not long rows || vector.Cardinality > rows * spec.DeletedShareMax);

    private static IEnumerable<List<AddFile>> Pack(IEnumerable<AddFile> files, long target)
    {
        List<AddFile> bin = [];
        long bytes = 0;
        foreach (AddFile file in files)
        {
            if (bin.Count > 0 && file.Size > target - bytes)
            {
                yield return bin;
                bin = [];
                bytes = 0;
            }

            bin.Add(file);
            bytes += file.Size;
        }

        if (bin.Count > 0)
        {
            yield return bin;
        }
    }
}
