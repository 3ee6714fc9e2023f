namespace CryptoInsight.Lake.Sql;

/// <summary>Resolves names of one, two or three parts to tables of one lake.</summary>
internal sealed class SqlNames(LakeLocation lake)
{
    /// <summary>The table that the parts name; null if they name another catalog or schema, or can name no table.</summary>
    public string? TableOf(IReadOnlyList<string> parts)
    {
        bool here = parts.Count switch
        {
            1 => true,
            2 => Same(parts[0], lake.Schema),
            3 => Same(parts[0], lake.Catalog) && Same(parts[1], lake.Schema),
            _ => false,
        };
        string table = here ? parts[^1].ToLowerInvariant() : "";
        return LakeLocation.IsName(table) ? table : null;
    }

    public bool IsCatalog(string name) => Same(name, lake.Catalog);

    public bool IsSchema(IReadOnlyList<string> parts) => parts.Count switch
    {
        1 => Same(parts[0], lake.Schema),
        2 => Same(parts[0], lake.Catalog) && Same(parts[1], lake.Schema),
        _ => false,
    };

    /// <summary>A name for a message: as it was written if it is harmless, else only that it is one.</summary>
    public static string Shown(IReadOnlyList<string> parts)
    {
        string name = string.Join('.', parts);
        return name.Length is > 0 and <= 100 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.') ? name : "of that name";
    }

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
