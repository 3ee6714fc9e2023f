using Apache.Arrow;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Operations;

/// <summary>Sets columns to fixed values: the simple form of UPDATE.</summary>
internal static class Assignments
{
    /// <summary>A function that replaces the named columns by their values in every row.</summary>
    /// <param name="values">Column to value: a literal of the kinds that predicates take, or null.</param>
    /// <param name="schema">The table's schema.</param>
    public static Func<RecordBatch, RecordBatch> ToUpdate(IReadOnlyDictionary<string, object?> values, StructType schema)
    {
        Dictionary<string, (StructField Field, object? Value)> set = new(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, object? value) in values)
        {
            StructField field = schema.Find(name) ?? throw new DeltaException($"An update sets a column that the table does not have; its columns are {string.Join(", ", schema.Fields.Select(static f => f.Name))}.");
            set[field.Name] = (field, value);
        }

        return batch => new RecordBatch(batch.Schema, [.. schema.Fields.Select((f, i) => set.TryGetValue(f.Name, out (StructField Field, object? Value) s) ? Repeated(s.Field, s.Value, batch.Length) : batch.Column(i))], batch.Length);
    }

    private static IArrowArray Repeated(StructField field, object? value, int length)
    {
        if (value is null)
        {
            return FilledArrays.Nulls(ArrowTypes.ToArrow(field.Type), length);
        }

        // The same rule that binds predicates decides whether the column can hold the value exactly.
        return Predicates.LiteralBinder.Bind(field, Predicates.Comparison.Equal, value) is Predicates.BoundPredicate.Compare { Literal: Predicates.Value exact }
            ? PartitionValues.Column(exact, field.Type, length)
            : throw new ConstraintViolationException($"Column '{field.Name}' of type {field.Type} cannot hold the value that the update sets without loss.");
    }
}
