using CryptoInsight.Delta.Commit;

namespace CryptoInsight.Delta.Operations;

/// <summary>Which operation may change the schema how.</summary>
internal static class SchemaModes
{
    /// <summary>The spec's mode, refused where the operation cannot do as much.</summary>
    /// <param name="spec">How the caller wants the commit.</param>
    /// <param name="most">The most that the operation can do.</param>
    public static SchemaMode Checked(CommitSpec spec, SchemaMode most) => spec.SchemaMode <= most
        ? spec.SchemaMode
        : throw new ArgumentException("The schema can be overwritten only where the whole table is overwritten, without a condition. Merge the schema instead, or overwrite the table.", nameof(spec));
}
