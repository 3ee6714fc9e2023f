using System.Text;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Predicates;

/// <summary>Decides from the log alone what the greatest (or least) value of a column is, and says so only where that is certain.</summary>
/// <remarks>Pure. The bounds of all files give a limit; it is the answer if a file that has it has it exactly. Not exact are: bounds of files with deleted rows, bounds that a writer calls wide,
/// text that may be cut, instants (the log rounds them to milliseconds) and fractions (statistics do not count NaN). Partition values are exact always.</remarks>
internal static class KnownExtreme
{
    private const int TextCutAtLeast = 32;

    public static KnownValue? Of(IReadOnlyCollection<AddFile> files, TableLayout layout, StructField column, bool greatest)
    {
        FilePruning.FileBounds bounds = new(layout);
        Value? limit = null;
        bool isExact = false;
        foreach (AddFile file in files)
        {
            if (FileStats.Of(file).NumRecords is not { } records)
            {
                return null;
            }

            bounds.File = file;
            ColumnBounds b = bounds.Of(column);
            if (b.Nulls == NullState.All || records <= (file.DeletionVector?.Cardinality ?? 0))
            {
                continue;
            }

            if ((greatest ? b.Max : b.Min) is not { IsFraction: false } value)
            {
                return null;
            }

            int order = limit is { } known ? (greatest ? value.CompareTo(known) : known.CompareTo(value)) : 1;
            if (order >= 0)
            {
                limit = value;
                isExact = (order == 0 && isExact) || b.Exact || (file.DeletionVector is null && IsTight(file) && IsWhole(column.Type, value));
            }
        }

        return limit is not { } found ? new KnownValue(null) : isExact ? Literal(column.Type, found) : null;
    }

    private static bool IsTight(AddFile file) =>
        file.Stats is { } stats && (!stats.Contains("tightBounds", StringComparison.Ordinal) || stats.Contains("\"tightBounds\":true", StringComparison.Ordinal));

    private static bool IsWhole(DataType type, Value value) => type switch
    {
        PrimitiveType { Name: "long" or "integer" or "short" or "byte" or "date" or "boolean" } => true,
        PrimitiveType { Name: "string" } => value.Bytes.Length < TextCutAtLeast, // not more characters than bytes
        _ => false,
    };

    private static KnownValue? Literal(DataType type, Value value) => type switch
    {
        PrimitiveType { Name: "boolean" } => new KnownValue(value.Whole == 1),
        PrimitiveType { Name: "string" } => new KnownValue(Encoding.UTF8.GetString(value.Bytes)),
        PrimitiveType { Name: "long" or "integer" or "short" or "byte" or "date" or "timestamp" or "timestamp_ntz" } => new KnownValue((long)value.Whole),
        _ => null,
    };
}
