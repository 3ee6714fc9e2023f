namespace CryptoInsight.Delta.Predicates;

/// <summary>What a predicate may be over a set of rows of which only bounds are known. "Yes" means "cannot be excluded".</summary>
internal static class Maybe
{
    public static bool True(BoundPredicate p, IColumnBounds bounds) => p switch
    {
        BoundPredicate.Constant c => c.Outcome == true,
        BoundPredicate.Known k => k.Outcome && bounds.Of(k.Column).Nulls != NullState.All,
        BoundPredicate.Compare c => Compare(bounds.Of(c.Column), c.Op, c.Literal),
        BoundPredicate.In i => AnyWithin(bounds.Of(i.Column), i.Literals),
        BoundPredicate.IsNull n => bounds.Of(n.Column).Nulls != NullState.None,
        BoundPredicate.And a => a.Terms.All(t => True(t, bounds)),
        BoundPredicate.Or o => o.Terms.Any(t => True(t, bounds)),
        BoundPredicate.Not n => False(n.Term, bounds),
        _ => throw new InvalidOperationException("The union is closed."),
    };

    public static bool False(BoundPredicate p, IColumnBounds bounds) => p switch
    {
        BoundPredicate.Constant c => c.Outcome == false,
        BoundPredicate.Known k => !k.Outcome && bounds.Of(k.Column).Nulls != NullState.All,
        BoundPredicate.Compare c => Compare(bounds.Of(c.Column), Opposite(c.Op), c.Literal),
        BoundPredicate.In i => AnyOutside(bounds.Of(i.Column), i.Literals),
        BoundPredicate.IsNull n => bounds.Of(n.Column).Nulls != NullState.All,
        BoundPredicate.And a => a.Terms.Any(t => False(t, bounds)),
        BoundPredicate.Or o => o.Terms.All(t => False(t, bounds)),
        BoundPredicate.Not n => True(n.Term, bounds),
        _ => throw new InvalidOperationException("The union is closed."),
    };

    /// <summary>Whether the predicate may be unknown for a row.</summary>
    public static bool Null(BoundPredicate p, IColumnBounds bounds) => p switch
    {
        BoundPredicate.Constant c => c.Outcome is null,
        BoundPredicate.IsNull => false,
        BoundPredicate.And or BoundPredicate.Or or BoundPredicate.Not => p.Columns().Any(c => bounds.Of(c).Nulls != NullState.None),
        _ => p.Columns().Any(c => bounds.Of(c).Nulls != NullState.None),
    };

    private static Comparison Opposite(Comparison op) => op switch
    {
        Comparison.Equal => Comparison.NotEqual,
        Comparison.NotEqual => Comparison.Equal,
        Comparison.Less => Comparison.GreaterOrEqual,
        Comparison.LessOrEqual => Comparison.Greater,
        Comparison.Greater => Comparison.LessOrEqual,
        _ => Comparison.Less,
    };

    private static bool Compare(ColumnBounds b, Comparison op, Value literal)
    {
        if (b.Nulls == NullState.All)
        {
            return false;
        }

        bool low = b.Min is null || Fits(b.Min.Value.CompareTo(literal), op, isMin: true);
        bool high = b.Max is null || (Unbounded(b, literal) && (literal.IsNaN || op != Comparison.Equal)) || Fits(b.Max.Value.CompareTo(literal), op, isMin: false);
        return op switch
        {
            Comparison.Equal => low && high,
            Comparison.NotEqual => low || high || b.Min is null || b.Max is null,
            Comparison.Less or Comparison.LessOrEqual => low,
            _ => high,
        };
    }

    // A NaN that the bounds do not count may be there: it is above every maximum.
    private static bool Unbounded(ColumnBounds b, Value literal) => !b.Exact && literal.IsFraction;

    // min <= literal for "=", min < literal for "<", ...; "<>" asks whether a bound differs from the literal.
    private static bool Fits(int order, Comparison op, bool isMin) => op switch
    {
        Comparison.Equal => isMin ? order <= 0 : order >= 0,
        Comparison.NotEqual => order != 0,
        Comparison.Less => order < 0,
        Comparison.LessOrEqual => order <= 0,
        Comparison.Greater => order > 0,
        _ => order >= 0,
    };

    private static bool AnyWithin(ColumnBounds b, IReadOnlyList<Value> sorted)
    {
        if (b.Nulls == NullState.All)
        {
            return false;
        }

        if (b.Min is not Value min)
        {
            return sorted.Any(v => Compare(b, Comparison.Equal, v));
        }

        int at = LowerBound(sorted, min);
        return at < sorted.Count && (Compare(b, Comparison.Equal, sorted[at]) || (sorted[^1].IsNaN && Compare(b, Comparison.Equal, sorted[^1])));
    }

    private static bool AnyOutside(ColumnBounds b, IReadOnlyList<Value> sorted)
    {
        if (b.Nulls == NullState.All)
        {
            return false;
        }

        // Only a set of rows that all hold one literal has none outside.
        return b.Min is not Value min || b.Max is not Value max || min.CompareTo(max) != 0 || Unbounded(b, min) || LowerBound(sorted, min) is int at && (at == sorted.Count || sorted[at].CompareTo(min) != 0);
    }

    private static int LowerBound(IReadOnlyList<Value> sorted, Value value)
    {
        int low = 0;
        int high = sorted.Count;
        while (low < high)
        {
            int mid = (low + high) >>> 1;
            if (sorted[mid].CompareTo(value) < 0)
            {
                low = mid + 1;
            }
            else
            {
                high = mid;
            }
        }

        return low;
    }
}
