using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Predicates;

/// <summary>Decides from the log alone which files may hold a row for which a predicate is true.</summary>
/// <remarks>Pure. Answers "maybe" wherever the statistics are silent, so a file is left out only if no row of it can match.</remarks>
internal static class FilePruning
{
    /// <summary>The files of <paramref name="files"/> that may match.</summary>
    /// <param name="files">Live files of the snapshot.</param>
    /// <param name="protocol">The protocol in force.</param>
    /// <param name="metadata">The metadata in force.</param>
    /// <param name="schema">The schema of the metadata.</param>
    /// <param name="predicate">The condition; null takes all files.</param>
    public static IEnumerable<AddFile> Select(IEnumerable<AddFile> files, Protocol protocol, Metadata metadata, StructType schema, Predicate? predicate)
    {
        ArgumentNullException.ThrowIfNull(files);
        if (predicate is null)
        {
            return files;
        }

        TableLayout layout = TableLayout.Of(protocol, metadata, schema);
        return Select(files, layout, BoundPredicate.Bind(predicate, schema));
    }

    internal static IEnumerable<AddFile> Select(IEnumerable<AddFile> files, TableLayout layout, BoundPredicate predicate)
    {
        FileBounds bounds = new(layout);
        PartitionVerdicts? partitions = PartitionVerdicts.For(layout, predicate);
        foreach (AddFile file in files)
        {
            bounds.File = file;
            if (partitions?.MayMatch(file) != false && Maybe.True(predicate, bounds))
            {
                yield return file;
            }
        }
    }

    /// <summary>Whether every row of the file surely matches, by partition values alone (statistics do not know deleted or rounded rows).</summary>
    internal static bool Covers(AddFile file, TableLayout layout, BoundPredicate predicate)
    {
        FileBounds bounds = new(layout) { File = file, PartitionsOnly = true };
        return !Maybe.False(predicate, bounds) && !Maybe.Null(predicate, bounds);
    }

    /// <summary>Decides once for all files of a partition: of a table of a thousand days, the statistics of one day's files are looked at.</summary>
    private sealed class PartitionVerdicts(TableLayout layout, StructField column, BoundPredicate predicate)
    {
        private readonly string _name = layout.PhysicalName(column);
        private readonly FileBounds _bounds = new(layout) { PartitionsOnly = true };
        private readonly Dictionary<string, bool> _known = new(StringComparer.Ordinal);

        /// <summary>Null where partitions say nothing about the predicate, or have more than one column.</summary>
        public static PartitionVerdicts? For(TableLayout layout, BoundPredicate predicate) =>
            layout.PartitionFields is [{ } only] && predicate.Columns().Any(layout.IsPartition) ? new PartitionVerdicts(layout, only, predicate) : null;

        public bool MayMatch(AddFile file)
        {
            string text = FileStats.TextOf(file.PartitionValues, _name, column) ?? ""; // an empty text is null, too
            if (!_known.TryGetValue(text, out bool may))
            {
                _known[text] = may = Maybe.True(predicate, _bounds.For(file));
            }

            return may;
        }
    }

    /// <summary>Bounds of whichever file is set: partition values and statistics.</summary>
    internal sealed class FileBounds(TableLayout layout) : IColumnBounds
    {
        public AddFile File { get; set; } = null!;

        public bool PartitionsOnly { get; init; }

        public FileBounds For(AddFile file)
        {
            File = file;
            return this;
        }

        public ColumnBounds Of(StructField column)
        {
            string name = layout.PhysicalName(column);
            if (layout.IsPartition(column))
            {
                return FileStats.Of(File).OfPartition(name, column);
            }

            return PartitionsOnly ? ColumnBounds.Unknown : FileStats.Of(File).Of(name, column.Type);
        }
    }
}
