namespace CryptoInsight.Delta;

/// <summary>What becomes of the table's schema when rows come with other columns.</summary>
public enum SchemaMode
{
    /// <summary>The schema stays; rows with columns that the table does not have are refused.</summary>
    Keep,

    /// <summary>New columns, nested ones too, are added to the table at the end, nullable, in the same commit (Spark's <c>mergeSchema</c>). Columns that are there keep their types.</summary>
    Merge,

    /// <summary>The rows' schema takes the place of the table's (Spark's <c>overwriteSchema</c>); only where the whole table is overwritten. Partition columns stay and must be there.</summary>
    Overwrite,
}
