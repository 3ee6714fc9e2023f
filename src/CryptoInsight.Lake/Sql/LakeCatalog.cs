using System.Runtime.CompilerServices;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Lake.Sql;

/// <summary>The tables and views of a lake by name; a table is opened when it is first named, and refreshed whenever it is named again.</summary>
/// <param name="lake">The lake.</param>
/// <param name="options">How tables are opened.</param>
public sealed class LakeCatalog(LakeLocation lake, DeltaTableOptions? options = null)
{
    private readonly Dictionary<string, DeltaTable> _open = new(StringComparer.Ordinal);
    private readonly StoredViews _views = new(lake);
    private readonly ConditionalWeakTable<DeltaTable, KnownExtremes> _extremes = [];

    /// <summary>Names of tables that are there, sorted: those that the program knows, and on a local disk every other folder with a log.</summary>
    public async Task<IReadOnlyList<string>> TableNamesAsync(CancellationToken ct = default)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        string folder = Path.Combine(lake.Root, lake.Catalog, lake.Schema);
        if (Directory.Exists(folder))
        {
            names.UnionWith(Directory.EnumerateDirectories(folder).Select(d => Path.GetFileName(d)).Where(LakeLocation.IsName));
        }

        names.UnionWith(LakeTables.Definitions.Keys);
        var there = new List<string>();
        foreach (string name in names)
        {
            if (_open.ContainsKey(name) || await HasLogAsync(name, ct).ConfigureAwait(false))
            {
                there.Add(name);
            }
        }

        return there;
    }

    /// <summary>Names of views, sorted: those of the program whose tables are all there, and those that users made.</summary>
    public async Task<IReadOnlyList<string>> ViewNamesAsync(CancellationToken ct = default) =>
        await ViewNamesAsync(await TableNamesAsync(ct).ConfigureAwait(false), ct).ConfigureAwait(false);

    /// <summary>Names of tables, then of views.</summary>
    public async Task<IReadOnlyList<string>> NamesAsync(CancellationToken ct = default)
    {
        IReadOnlyList<string> tables = await TableNamesAsync(ct).ConfigureAwait(false);
        return [.. tables, .. await ViewNamesAsync(tables, ct).ConfigureAwait(false)];
    }

    private async Task<IReadOnlyList<string>> ViewNamesAsync(IReadOnlyList<string> tables, CancellationToken ct)
    {
        IEnumerable<string> stored = (await _views.NamesAsync(ct).ConfigureAwait(false)).Where(v => !tables.Contains(v) && !IsBuiltInView(v));
        return [.. LakeViews.All.Values.Where(v => SourcesOf(v).All(tables.Contains)).Select(v => v.Name)
            .Concat(tables.Contains(IngestStateView.Source) ? [IngestStateView.Name] : []).Concat(stored).Order(StringComparer.Ordinal)];
    }

    /// <summary>True for the views that the program itself brings (tables.md).</summary>
    public static bool IsBuiltInView(string name) => LakeViews.All.ContainsKey(name) || name == IngestStateView.Name;

    /// <summary>True for a table that was opened here, and so was there.</summary>
    internal bool IsOpen(string table) => _open.ContainsKey(table);

    /// <summary>A view that a user made, or null.</summary>
    public Task<StoredView?> FindViewAsync(string name, CancellationToken ct = default) => _views.FindAsync(name, ct);

    /// <summary>Stores a view; false if there is one of that name and it is not to be replaced.</summary>
    internal Task<bool> PutViewAsync(StoredView view, bool replace, CancellationToken ct) => _views.PutAsync(view, replace, ct);

    internal Task DropViewAsync(string name, CancellationToken ct) => _views.DropAsync(name, ct);

    /// <summary>The table at its newest version; <see cref="TableNotFoundException"/> if there is none.</summary>
    public async Task<DeltaTable> OpenAsync(string table, CancellationToken ct = default) =>
        await FindAsync(table, ct).ConfigureAwait(false)
        ?? throw new TableNotFoundException(
            IsBuiltInView(table) || await _views.FindAsync(table, ct).ConfigureAwait(false) is not null
                ? $"{table} is a view: it has no files, history or versions of its own."
                : $"There is no table {table} in this lake. {await KnownAsync(ct).ConfigureAwait(false)}");

    /// <summary>A sentence that names what the lake has.</summary>
    public async Task<string> KnownAsync(CancellationToken ct = default)
    {
        IReadOnlyList<string> tables = await TableNamesAsync(ct).ConfigureAwait(false), views = await ViewNamesAsync(ct).ConfigureAwait(false);
        return tables.Count == 0
            ? $"The lake at {lake.Root} has no tables yet: `up` or `replay` makes them, --lake names another one."
            : $"It has the tables {string.Join(", ", tables)}{(views.Count == 0 ? "" : $" and the views {string.Join(", ", views)}")}.";
    }

    /// <summary>What is known of the extremes of one of its tables; it outlives sessions.</summary>
    internal KnownExtremes ExtremesOf(DeltaTable table) => _extremes.GetValue(table, static t => new KnownExtremes(t));

    /// <summary>The table at its newest version, or null.</summary>
    public async Task<DeltaTable?> FindAsync(string table, CancellationToken ct = default)
    {
        if (_open.Remove(table, out DeltaTable? known) && known.Damage is null)
        {
            await known.RefreshAsync(ct).ConfigureAwait(false); // if it fails, the next call opens the table anew
            return _open[table] = known;
        }

        try
        {
            DeltaTableOptions how = options ?? new DeltaTableOptions();
            how = how.Encodings.Count == 0 && LakeTables.Definitions.TryGetValue(table, out TableDefinition? definition) ? how with { Encodings = definition.Encodings } : how;
            DeltaTable opened = await DeltaTable.OpenAsync(lake.StoreOf(table), how, ct).ConfigureAwait(false);
            return _open[table] = opened;
        }
        catch (TableNotFoundException)
        {
            return null;
        }
    }

    /// <summary>One sentence for each table opened so far whose newest log entry is cut off: what is read is the version before.</summary>
    public IEnumerable<string> Warnings() =>
        _open.Where(t => t.Value.Damage is not null).Select(t => $"{t.Key} is read as of version {t.Value.Snapshot.Version}, its newest whole one. {t.Value.Damage!.Message}");

    private async Task<bool> HasLogAsync(string table, CancellationToken ct)
    {
        IObjectStore store = lake.StoreOf(table);
        if (store.Root.IsFile)
        {
            return Directory.Exists(Path.Combine(store.Root.LocalPath, "_delta_log")); // a long log is not listed to know that it is there
        }

        await foreach (StoredObject _ in store.ListAsync("_delta_log/", null, ct).ConfigureAwait(false))
        {
            return true;
        }

        return false;
    }

    private static IEnumerable<string> SourcesOf(LakeView view) =>
        view.Sources.SelectMany(s => LakeViews.All.TryGetValue(s, out LakeView? inner) ? SourcesOf(inner) : [s]);
}
