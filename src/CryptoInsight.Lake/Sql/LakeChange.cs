using CryptoInsight.Delta.Predicates;

namespace CryptoInsight.Lake.Sql;

/// <summary>A statement that changes the lake. A closed union; a session hands it to whoever may change the lake (<see cref="SqlSessionOptions.OnChange"/>).</summary>
public abstract record LakeChange
{
    private LakeChange()
    {
    }

    /// <summary>The statement as it was written; reading it again gives the same change.</summary>
    public required string Statement { get; init; }

    /// <summary>The table or view, without catalog and schema.</summary>
    public required string Name { get; init; }

    /// <summary>True if nothing is changed after all: then neither the lake's lock nor a node is needed.</summary>
    public bool OnlyLooks => this is Vacuum { DryRun: true };

    /// <summary>Reads a statement that must be a change; <see cref="SqlException"/> if it is none or cannot be read.</summary>
    public static LakeChange Parse(LakeLocation lake, string statement)
    {
        ArgumentNullException.ThrowIfNull(lake);
        return new StatementReader(lake).Read(statement) is SqlStatement.Change change
            ? change.What
            : throw new SqlException("The statement changes nothing: OPTIMIZE, VACUUM, RESTORE TABLE, CREATE VIEW, DROP VIEW and DROP TABLE do.");
    }

    /// <summary>One answer for each case.</summary>
    public T Match<T>(Func<Optimize, T> optimize, Func<Vacuum, T> vacuum, Func<Restore, T> restore, Func<CreateView, T> createView, Func<DropView, T> dropView, Func<DropTable, T> dropTable)
    {
        ArgumentNullException.ThrowIfNull(optimize);
        ArgumentNullException.ThrowIfNull(vacuum);
        ArgumentNullException.ThrowIfNull(restore);
        ArgumentNullException.ThrowIfNull(createView);
        ArgumentNullException.ThrowIfNull(dropView);
        ArgumentNullException.ThrowIfNull(dropTable);
        return this switch
        {
            Optimize o => optimize(o),
            Vacuum v => vacuum(v),
            Restore r => restore(r),
            CreateView c => createView(c),
            DropView d => dropView(d),
            DropTable d => dropTable(d),
            _ => throw new InvalidOperationException("The union is closed."),
        };
    }

    /// <summary><c>OPTIMIZE T [WHERE p] [ZORDER BY (a, b)]</c>.</summary>
    public sealed record Optimize(Predicate? Where, IReadOnlyList<string> ZOrderBy) : LakeChange;

    /// <summary><c>VACUUM T [RETAIN n HOURS] [DRY RUN]</c>.</summary>
    public sealed record Vacuum(TimeSpan? Retention, bool DryRun) : LakeChange;

    /// <summary><c>RESTORE TABLE T TO VERSION AS OF n</c> or <c>TO TIMESTAMP AS OF 't'</c> (one of the two is set).</summary>
    public sealed record Restore(long? Version, DateTimeOffset? Instant) : LakeChange;

    /// <summary><c>CREATE [OR REPLACE] VIEW [IF NOT EXISTS] v [(columns)] AS query</c>.</summary>
    public sealed record CreateView(string Query, IReadOnlyList<string> Columns, bool OrReplace, bool IfNotExists) : LakeChange;

    /// <summary><c>DROP VIEW [IF EXISTS] v</c>.</summary>
    public sealed record DropView(bool IfExists) : LakeChange;

    /// <summary><c>DROP TABLE [IF EXISTS] T</c>.</summary>
    public sealed record DropTable(bool IfExists) : LakeChange;
}
