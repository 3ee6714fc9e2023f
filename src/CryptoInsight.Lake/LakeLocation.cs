using System.Text.RegularExpressions;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Lake;

/// <summary>Where a lake lies and what its tables are called: a table is the folder <c>&lt;lake&gt;/&lt;catalog&gt;/&lt;schema&gt;/&lt;table&gt;</c>.</summary>
/// <remarks>No path is ever built from unchecked input: catalog, schema and table names are lower-case identifiers.</remarks>
public sealed partial class LakeLocation
{
    private readonly Func<string, IObjectStore> _openStore;

    /// <param name="root">The lake's folder or address.</param>
    /// <param name="openStore">Opens the store of one table, given its path below the root (<c>catalog/schema/table</c>).</param>
    public LakeLocation(string root, string catalog, string schema, Func<string, IObjectStore> openStore)
    {
        Root = root;
        Catalog = Checked(catalog, "catalog");
        Schema = Checked(schema, "schema");
        _openStore = openStore;
    }

    public string Root { get; }

    public string Catalog { get; }

    public string Schema { get; }

    /// <summary>The store of a table.</summary>
    public IObjectStore StoreOf(string table) => _openStore($"{Catalog}/{Schema}/{Checked(table, "table")}");

    /// <summary>Where the views lie that users made; no table can have that name.</summary>
    public IObjectStore ViewStore() => _openStore($"{Catalog}/{Schema}/_views");

    /// <summary>True if the text can name a catalog, schema or table.</summary>
    public static bool IsName(string? text) => text is not null && NamePattern().IsMatch(text);

    /// <summary>A lake in a local folder.</summary>
    public static LakeLocation Local(string folder, string catalog = "demo_catalog", string schema = "demo_schema")
    {
        string root = Path.GetFullPath(folder);
        return new LakeLocation(root, catalog, schema, path => new LocalObjectStore(Path.Combine(root, path)));
    }

    private static string Checked(string name, string what) =>
        IsName(name) ? name : throw new FormatException($"A {what} name is 1 to 64 of a-z, 0-9 and _, starting with a letter.");

    [GeneratedRegex("^[a-z][a-z0-9_]{0,63}$", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}
