using Apache.Arrow;
using Apache.Arrow.Types;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Schema;
using StructType = CryptoInsight.Delta.Schema.StructType;

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
        CheckNested(batch, fields);
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

    /// <summary>The batch's columns that the table has, and nulls for those that it lacks; no rule is checked.</summary>
    public static RecordBatch Known(RecordBatch batch, TableLayout layout) => ShapeTo(batch, layout.Schema.Fields, mayLack: true);

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

    // What a struct has more than the table's would be dropped without a word.
    private static void CheckNested(RecordBatch batch, IReadOnlyList<StructField> fields)
    {
        foreach (StructField field in fields)
        {
            int at = IndexOf(batch, field);
            if (at >= 0 && Unknown(batch.Column(at).Data.DataType, field.Type, field.Name) is { } path)
            {
                throw new ConstraintViolationException($"The rows have the nested field '{path}', which the table does not have. Add it to the table first (or let the write merge the schema), or leave it out.");
            }
        }
    }

    private static string? Unknown(IArrowType found, DataType type, string path) => (found, type) switch
    {
        (Apache.Arrow.Types.StructType s, StructType t) => s.Fields.Select(f => t.Find(f.Name) is { } known ? Unknown(f.DataType, known.Type, $"{path}.{f.Name}") : $"{path}.{f.Name}").FirstOrDefault(static p => p is not null),
        (ListType l, Schema.ArrayType a) => Unknown(l.ValueDataType, a.ElementType, path + ".element"),
        (LargeListType l, Schema.ArrayType a) => Unknown(l.ValueDataType, a.ElementType, path + ".element"),
        (FixedSizeListType l, Schema.ArrayType a) => Unknown(l.ValueDataType, a.ElementType, path + ".element"),
        (Apache.Arrow.Types.MapType m, Schema.MapType t) => Unknown(m.KeyField.DataType, t.KeyType, path + ".key") ?? Unknown(m.ValueField.DataType, t.ValueType, path + ".value"),
        _ => null,
    };

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
