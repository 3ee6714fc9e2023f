using CryptoInsight.Delta;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Lake.Rows;

namespace CryptoInsight.Engine.Jobs;

/// <summary>A table that a derivation reads.</summary>
/// <param name="Position">The name of its position in the output's commits.</param>
public sealed record DerivationSource(string Position, DeltaTable Table);

/// <summary>How a source moved: from the version that the output was made from (null: compute everything) to a snapshot.</summary>
public sealed record SourceMove(long? From, Snapshot To)
{
    public bool HasMoved => From != To.Version;
}

/// <summary>All rows that the output must hold within a scope (null: the whole table).</summary>
public sealed record DerivedRows<TRow>(IReadOnlyList<TRow> Rows, Predicate? Scope, long RowsIn)
{
    /// <summary>True if nothing that the output depends on has changed: then there is no scope to compare.</summary>
    public bool IsUnchanged { get; private init; }

    public static DerivedRows<TRow> Unchanged(long rowsIn) => new([], null, rowsIn) { IsUnchanged = true };
}

/// <summary>A table that is a pure function of other tables.</summary>
public abstract class Derivation<TRow, TKey>
    where TRow : class
    where TKey : notnull
{
    public abstract string JobId { get; }

    public abstract KeyedTable<TRow> Output { get; }

    /// <summary>What is read; the first one is followed commit by commit, the others are looked at when it is silent.</summary>
    public abstract IReadOnlyList<DerivationSource> Sources { get; }

    /// <summary>Raised by hand when the arithmetic changes, so that everything is computed anew.</summary>
    public virtual long Generation => 1;

    public abstract TKey KeyOf(TRow row);

    /// <summary>True if the row there needs no writing.</summary>
    public virtual bool IsSame(TRow there, TRow wanted)
    {
        ArgumentNullException.ThrowIfNull(there);
        return there.Equals(wanted);
    }

    /// <summary>Computes what may have changed by the moves: everything, or a scope that holds every dependent row.</summary>
    public abstract Task<DerivedRows<TRow>> ComputeAsync(IReadOnlyList<SourceMove> moves, CancellationToken ct);
}
