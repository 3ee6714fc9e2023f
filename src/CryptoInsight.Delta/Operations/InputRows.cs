using Apache.Arrow;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Operations;

/// <summary>Brings the caller's batches into the table's columns, order and types, and checks the table's rules on them.</summary>
internal static class InputRows
{
    /// <summary>The batch with all columns of the schema, in its order; a nullable column that the caller left out is null.</summary>
    public static RecordBatch Shape(RecordBatch batch, TableLayout layout)
    {
        ArgumentNullException.ThrowIfNull(batch);
        IReadOnlyList<StructField> fields = layout.Schema.Fields;
        RecordBatch shaped = ShapeTo(batch, fields, mayLack: true);
        int known = fields.Count(f => IndexOf(batch, f) >= 0);
        if (known != batch.ColumnCount)
        {
            throw new ConstraintViolationException($"The rows have {batch.ColumnCount - known} column(s) that the table does not have; its columns are {string.Join(", ", fields.Select(f => f.Name))}. Add the column to the table first, or leave it out.");
        }

        for (int i = 0; i < fields.Count; i++)
        {
            NotNull.Check(shaped.Column(i), fields[i].Type, fields[i].Nullable, fields[i].Name);
        }

        RowRules.Check(shaped, layout.Rules.Value);
        return shaped;
    }

    /// <summary>Only the given columns, all of which the batch must have.</summary>
    public static RecordBatch ShapeKeys(RecordBatch batch, IReadOnlyList<StructField> keys) => ShapeTo(batch, keys, mayLack: false);

    private static RecordBatch ShapeTo(RecordBatch batch, IReadOnlyList<StructField> fields, bool mayLack)
    {
        IArrowArray[] columns = new IArrowArray[fields.Count];
        for (int i = 0; i < fields.Count; i++)
        {
            int at = IndexOf(batch, fields[i]);
            if (at < 0 && !mayLack)
            {
                throw new ConstraintViolationException($"The rows lack the column '{fields[i].Name}'.");
            }

            columns[i] = at < 0 ? FilledArrays.Nulls(ArrowTypes.ToArrow(fields[i].Type), batch.Length) : Cast(batch.Column(at), fields[i]);
        }

        return new RecordBatch(new Apache.Arrow.Schema([.. fields.Select(ArrowTypes.ToArrow)], null), columns, batch.Length);
    }

    private static int IndexOf(RecordBatch batch, StructField field) => ArrayShaper.IndexOf(batch.Schema.FieldsList, field, ColumnMappingMode.None);

    private static IArrowArray Cast(IArrowArray column, StructField field)
    {
        try
        {
            return ArrayShaper.Shape(column, field.Type, ColumnMappingMode.None);
        }
        catch (CorruptTableException)
        {
            throw new ConstraintViolationException($"The rows hold column '{field.Name}' as {column.Data.DataType.Name}, the table as {field.Type}, and not every value converts without loss. Convert the column first.");
        }
    }
}
