namespace CryptoInsight.Lake.Sql;

/// <summary>A view over the lake's tables (tables.md, "view").</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sources">The tables and views that it reads.</param>
/// <param name="Query">Its query; the sources stand in it as <c>{name}</c>.</param>
internal sealed record LakeView(string Name, IReadOnlyList<string> Sources, string Query)
{
    /// <summary>Columns that are columns of the only source, unchanged, by this view's names: conditions on them leave the source's files out.</summary>
    public IReadOnlyDictionary<string, string> Columns { get; init; } = new Dictionary<string, string>();
}
