using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Predicates;

/// <summary>Decides from the log alone which files may hold the rows with the greatest (or least) values of a column.</summary>
/// <remarks>Pure. A file surely has all its live rows on one side of its bound; enough such rows give a limit, and a file that lies wholly beyond it is left out.
/// Where the statistics are silent the file is kept. Fractions are not looked at: statistics do not count NaN, which is greater than every number.</remarks>
internal static class ExtremeFiles
{
    public static IEnumerable<AddFile> Select(IReadOnlyCollection<AddFile> files, TableLayout layout, StructField column, bool greatest, long rows)
    {
        FilePruning.FileBounds bounds = new(layout);
        List<(AddFile File, ColumnBounds Bounds)> known = new(files.Count);
        foreach (AddFile file in files)
        {
            bounds.File = file;
            known.Add((file, bounds.Of(column)));
        }

        Value? limit = Limit(known, greatest, rows);
        return limit is not { } at ? files : known.Where(f => MayReach(f.Bounds, at, greatest)).Select(f => f.File);
    }

    private static bool MayReach(ColumnBounds bounds, Value limit, bool greatest) =>
        bounds.Nulls != NullState.All && (greatest ? bounds.Max is not { } max || max.CompareTo(limit) >= 0 : bounds.Min is not { } min || min.CompareTo(limit) <= 0);

    /// <summary>The value that at least <paramref name="rows"/> live rows surely reach, or null.</summary>
    private static Value? Limit(List<(AddFile File, ColumnBounds Bounds)> known, bool greatest, long rows)
    {
        List<(Value Reached, long Rows)> sure = [];
        foreach ((AddFile file, ColumnBounds bounds) in known)
        {
            long live = (FileStats.Of(file).NumRecords ?? 0) - (file.DeletionVector?.Cardinality ?? 0);
            if (live > 0 && bounds.Nulls == NullState.None && (greatest ? bounds.Min : bounds.Max) is { IsFraction: false } reached)
            {
                sure.Add((reached, live));
            }
        }

        sure.Sort((a, b) => greatest ? b.Reached.CompareTo(a.Reached) : a.Reached.CompareTo(b.Reached));
        long sum = 0;
        foreach ((Value reached, long live) in sure)
        {
            sum += live;
            if (sum >= rows)
            {
                return reached;
            }
        }

        return null;
    }
}
