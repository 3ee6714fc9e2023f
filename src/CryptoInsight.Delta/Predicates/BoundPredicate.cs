using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Predicates;

/// <summary>A predicate against one schema: columns found, literals in the columns' own order, impossible comparisons folded.</summary>
internal abstract record BoundPredicate
{
    private BoundPredicate()
    {
    }

    /// <summary>The same answer for every row; null is SQL's unknown.</summary>
    internal sealed record Constant(bool? Outcome) : BoundPredicate;

    /// <summary>The same answer for every row whose column is not null, unknown for the others.</summary>
    internal sealed record Known(StructField Column, bool Outcome) : BoundPredicate;

    /// <summary>Column against a literal of its own domain.</summary>
    internal sealed record Compare(StructField Column, Comparison Op, Value Literal) : BoundPredicate;

    /// <summary>Column among literals, which are sorted.</summary>
    internal sealed record In(StructField Column, IReadOnlyList<Value> Literals) : BoundPredicate;

    /// <summary>Column is null.</summary>
    internal sealed record IsNull(StructField Column) : BoundPredicate;

    /// <summary>All hold.</summary>
    internal sealed record And(IReadOnlyList<BoundPredicate> Terms) : BoundPredicate;

    /// <summary>At least one holds.</summary>
    internal sealed record Or(IReadOnlyList<BoundPredicate> Terms) : BoundPredicate;

    /// <summary>The term does not hold.</summary>
    internal sealed record Not(BoundPredicate Term) : BoundPredicate;

    /// <summary>Binds; <see cref="DeltaException"/> if a column is not there or a literal cannot be compared with it.</summary>
    public static BoundPredicate Bind(Predicate predicate, StructType schema)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        return predicate switch
        {
            Predicate.Compare c => LiteralBinder.Bind(Field(schema, c.Column), c.Op, c.Literal),
            Predicate.In i => BindIn(Field(schema, i.Column), i.Literals),
            Predicate.IsNull n => new IsNull(Field(schema, n.Column)),
            Predicate.And a => new And([.. a.Terms.Select(t => Bind(t, schema))]),
            Predicate.Or o => new Or([.. o.Terms.Select(t => Bind(t, schema))]),
            Predicate.Not n => new Not(Bind(n.Term, schema)),
            _ => throw new InvalidOperationException("The union of predicates is closed."),
        };
    }

    /// <summary>The columns that the predicate looks at.</summary>
    public IEnumerable<StructField> Columns() => this switch
    {
        Known k => [k.Column],
        Compare c => [c.Column],
        In i => [i.Column],
        IsNull n => [n.Column],
        And a => a.Terms.SelectMany(t => t.Columns()),
        Or o => o.Terms.SelectMany(t => t.Columns()),
        Not n => n.Term.Columns(),
        _ => [],
    };

    private static BoundPredicate BindIn(StructField column, IReadOnlyCollection<object> literals)
    {
        List<Value> values = [];
        foreach (object literal in literals)
        {
            // A literal between two values of the column equals none of them.
            if (LiteralBinder.Bind(column, Comparison.Equal, literal) is Compare equal)
            {
                values.Add(equal.Literal);
            }
        }

        values.Sort();
        return values.Count == 0 ? new Known(column, false) : new In(column, values);
    }

    private static StructField Field(StructType schema, string name) =>
        schema.Find(name) ?? throw new DeltaException($"The predicate names a column that the table does not have; its columns are {string.Join(", ", schema.Fields.Select(f => f.Name))}.");
}
