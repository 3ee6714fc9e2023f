using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Data;

/// <summary>A data file as the log names it, with what the log says about its columns where it does.</summary>
/// <param name="Path">As the log writes it.</param>
/// <param name="PartitionValues">Column to serialised value.</param>
/// <param name="Add">The action that says what is in the file, or null.</param>
internal readonly record struct NamedFile(string Path, IReadOnlyDictionary<string, string?> PartitionValues, AddFile? Add = null)
{
    public static implicit operator NamedFile(AddFile add) => new(add.Path, add.PartitionValues, add);

    /// <summary>Refuses a file of this engine that lacks a column of which the log has values.</summary>
    /// <remarks>Only of this engine: there are tables of others whose statistics name columns that no file has. A column that a file lacks is null: one damaged letter of its name would turn all its values into nulls, and nothing in Parquet tells.</remarks>
    public void CheckColumns(TableLayout layout, ParquetFileReader reader)
    {
        foreach (StructField field in Add is not null && reader.IsOurs && reader.RowCount > 0 ? reader.Absent : [])
        {
            ColumnBounds stated = FileStats.Of(Add!).Of(layout.PhysicalName(field), field.Type);
            if (stated.Nulls == NullState.None || stated.Min is not null || stated.Max is not null)
            {
                throw new CorruptTableException($"The data file '{DataFiles.Printable(Path)}' has no column '{DataFiles.Printable(field.Name)}', but the log knows values of it. The file is damaged or is another one: restore it from a backup, or remove its rows from the table (RESTORE, DELETE).");
            }
        }
    }
}
