using System.Numerics;
using Apache.Arrow;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Predicates;

/// <summary>Evaluates predicates over record batches, exactly, with SQL's three-valued logic.</summary>
/// <remarks>One byte per row: 0 false, 1 unknown, 2 true, so that AND is the minimum, OR the maximum and NOT 2 minus the value.</remarks>
public static class PredicateEvaluator
{
    internal const byte False = 0;
    internal const byte Unknown = 1;
    internal const byte True = 2;

    /// <summary>The numbers of the rows for which the predicate is true, ascending.</summary>
    /// <param name="predicate">The condition.</param>
    /// <param name="schema">The schema that gives the batch's columns their Delta types.</param>
    /// <param name="batch">Rows; must have every column that the predicate names.</param>
    public static int[] Matches(Predicate predicate, StructType schema, RecordBatch batch) => Matches(BoundPredicate.Bind(predicate, schema), batch);

    internal static int[] Matches(BoundPredicate predicate, RecordBatch batch)
    {
        byte[] outcomes = Evaluate(predicate, batch);
        int count = outcomes.AsSpan().Count(True);
        int[] rows = new int[count];
        for (int i = 0, n = 0; n < count; i++)
        {
            if (outcomes[i] == True)
            {
                rows[n++] = i;
            }
        }

        return rows;
    }

    internal static byte[] Evaluate(BoundPredicate predicate, RecordBatch batch)
    {
        byte[] outcomes = new byte[batch.Length];
        switch (predicate)
        {
            case BoundPredicate.Constant c:
                outcomes.AsSpan().Fill(c.Outcome is null ? Unknown : c.Outcome.Value ? True : False);
                break;
            case BoundPredicate.Known k:
                outcomes.AsSpan().Fill(k.Outcome ? True : False);
                MarkNulls(Column(batch, k.Column), outcomes);
                break;
            case BoundPredicate.Compare c:
                IArrowArray compared = Column(batch, c.Column);
                Compare(compared, c.Column.Type, c.Op, c.Literal, outcomes);
                MarkNulls(compared, outcomes);
                GC.KeepAlive(compared);
                break;
            case BoundPredicate.In i:
                IArrowArray searched = Column(batch, i.Column);
                Search(searched, i, outcomes);
                MarkNulls(searched, outcomes);
                GC.KeepAlive(searched);
                break;
            case BoundPredicate.IsNull n:
                IArrowArray tested = Column(batch, n.Column);
                for (int row = 0; row < outcomes.Length; row++)
                {
                    outcomes[row] = tested.IsNull(row) ? True : False;
                }

                break;
            case BoundPredicate.And a:
                outcomes.AsSpan().Fill(True);
                Fold(a.Terms, batch, outcomes, static (x, y) => Math.Min(x, y));
                break;
            case BoundPredicate.Or o:
                Fold(o.Terms, batch, outcomes, static (x, y) => Math.Max(x, y));
                break;
            case BoundPredicate.Not n:
                outcomes = Evaluate(n.Term, batch);
                for (int row = 0; row < outcomes.Length; row++)
                {
                    outcomes[row] = (byte)(True - outcomes[row]);
                }

                break;
            default:
                throw new InvalidOperationException("The union is closed.");
        }

        return outcomes;
    }

    private static IArrowArray Column(RecordBatch batch, StructField column)
    {
        int at = batch.Schema.GetFieldIndex(column.Name, StringComparer.OrdinalIgnoreCase);
        return at >= 0 ? batch.Column(at) : throw new InvalidOperationException($"The batch lacks column '{column.Name}' of the predicate.");
    }

    private static void Fold(IReadOnlyList<BoundPredicate> terms, RecordBatch batch, byte[] outcomes, Func<byte, byte, byte> fold)
    {
        foreach (BoundPredicate term in terms)
        {
            byte[] next = Evaluate(term, batch);
            for (int row = 0; row < outcomes.Length; row++)
            {
                outcomes[row] = fold(outcomes[row], next[row]);
            }
        }
    }

    private static void MarkNulls(IArrowArray column, byte[] outcomes)
    {
        if (column.NullCount == 0)
        {
            return;
        }

        Validity validity = Buffers.ValidityOf(column);
        for (int row = 0; row < outcomes.Length; row++)
        {
            if (!validity[row])
            {
                outcomes[row] = Unknown;
            }
        }
    }

    private static void Compare(IArrowArray column, DataType type, Comparison op, Value literal, byte[] outcomes)
    {
        switch (type)
        {
            case DecimalType:
                CompareWhole(Buffers.Values<Int128>(column), op, literal.Whole, outcomes);
                break;
            case PrimitiveType { Name: "long" or "timestamp" or "timestamp_ntz" }:
                CompareWhole(Buffers.Values<long>(column), op, (long)literal.Whole, outcomes);
                break;
            case PrimitiveType { Name: "integer" or "date" }:
                CompareWhole(Buffers.Values<int>(column), op, (int)literal.Whole, outcomes);
                break;
            case PrimitiveType { Name: "short" }:
                CompareWhole(Buffers.Values<short>(column), op, (short)literal.Whole, outcomes);
                break;
            case PrimitiveType { Name: "byte" }:
                CompareWhole(Buffers.Values<sbyte>(column), op, (sbyte)literal.Whole, outcomes);
                break;
            case PrimitiveType { Name: "double" }:
                CompareFractions(Buffers.Values<double>(column), op, literal.Fraction, outcomes);
                break;
            case PrimitiveType { Name: "float" }:
                CompareFractions(Buffers.Values<float>(column), op, literal.Fraction, outcomes);
                break;
            case PrimitiveType { Name: "boolean" }:
                CompareFlags((BooleanArray)column, op, literal.Whole != 0, outcomes);
                break;
            default:
                CompareBytes(column, op, literal.Bytes, outcomes);
                break;
        }
    }

    private static void CompareWhole<T>(ReadOnlySpan<T> values, Comparison op, T literal, byte[] outcomes)
        where T : INumber<T>
    {
        // One loop per operator: each is branch-free.
        switch (op)
        {
            case Comparison.Equal:
                for (int i = 0; i < values.Length; i++)
                {
                    outcomes[i] = values[i] == literal ? True : False;
                }

                break;
            case Comparison.NotEqual:
                for (int i = 0; i < values.Length; i++)
                {
                    outcomes[i] = values[i] != literal ? True : False;
                }

                break;
            case Comparison.Less:
                for (int i = 0; i < values.Length; i++)
                {
                    outcomes[i] = values[i] < literal ? True : False;
                }

                break;
            case Comparison.LessOrEqual:
                for (int i = 0; i < values.Length; i++)
                {
                    outcomes[i] = values[i] <= literal ? True : False;
                }

                break;
            case Comparison.Greater:
                for (int i = 0; i < values.Length; i++)
                {
                    outcomes[i] = values[i] > literal ? True : False;
                }

                break;
            default:
                for (int i = 0; i < values.Length; i++)
                {
                    outcomes[i] = values[i] >= literal ? True : False;
                }

                break;
        }
    }

    private static void CompareFractions<T>(ReadOnlySpan<T> values, Comparison op, double literal, byte[] outcomes)
        where T : IFloatingPoint<T>
    {
        for (int i = 0; i < values.Length; i++)
        {
            outcomes[i] = Holds(Value.CompareFractions(double.CreateTruncating(values[i]), literal), op);
        }
    }

    private static void CompareFlags(BooleanArray column, Comparison op, bool literal, byte[] outcomes)
    {
        for (int i = 0; i < outcomes.Length; i++)
        {
            outcomes[i] = Holds((column.GetValue(i) ?? false).CompareTo(literal), op);
        }
    }

    private static void CompareBytes(IArrowArray column, Comparison op, ReadOnlySpan<byte> literal, byte[] outcomes)
    {
        ReadOnlySpan<int> offsets = Buffers.Offsets(column);
        ReadOnlySpan<byte> bytes = Buffers.Bytes(column);
        for (int i = 0; i < outcomes.Length; i++)
        {
            ReadOnlySpan<byte> value = bytes[offsets[i]..offsets[i + 1]];
            outcomes[i] = op == Comparison.Equal
                ? (value.SequenceEqual(literal) ? True : False)
                : Holds(value.SequenceCompareTo(literal), op);
        }
    }

    private static byte Holds(int order, Comparison op) => op switch
    {
        Comparison.Equal => order == 0,
        Comparison.NotEqual => order != 0,
        Comparison.Less => order < 0,
        Comparison.LessOrEqual => order <= 0,
        Comparison.Greater => order > 0,
        _ => order >= 0,
    } ? True : False;

    private static void Search(IArrowArray column, BoundPredicate.In search, byte[] outcomes)
    {
        Value[] sorted = [.. search.Literals];
        for (int row = 0; row < outcomes.Length; row++)
        {
            if (column.IsValid(row))
            {
                outcomes[row] = System.Array.BinarySearch(sorted, At(column, search.Column.Type, row)) >= 0 ? True : False;
            }
        }
    }

    /// <summary>The value of one row, which must not be null.</summary>
    internal static Value At(IArrowArray column, DataType type, int row)
    {
        switch (type)
        {
            case DecimalType:
                return Value.Of(Buffers.Values<Int128>(column)[row]);
            case PrimitiveType { Name: "long" or "timestamp" or "timestamp_ntz" }:
                return Value.Of(Buffers.Values<long>(column)[row]);
            case PrimitiveType { Name: "integer" or "date" }:
                return Value.Of(Buffers.Values<int>(column)[row]);
            case PrimitiveType { Name: "short" }:
                return Value.Of(Buffers.Values<short>(column)[row]);
            case PrimitiveType { Name: "byte" }:
                return Value.Of(Buffers.Values<sbyte>(column)[row]);
            case PrimitiveType { Name: "double" }:
                return Value.Of(Buffers.Values<double>(column)[row]);
            case PrimitiveType { Name: "float" }:
                return Value.Of((double)Buffers.Values<float>(column)[row]);
            case PrimitiveType { Name: "boolean" }:
                return Value.Of(((BooleanArray)column).GetValue(row) == true);
            case PrimitiveType { Name: "string" or "binary" }:
                ReadOnlySpan<int> offsets = Buffers.Offsets(column);
                return Value.Of(Buffers.Bytes(column)[offsets[row]..offsets[row + 1]].ToArray());
            default:
                throw new UnsupportedFeatureException($"Values of type {type} cannot be compared.", ["comparison"]);
        }
    }
}
