using System.Text.Json;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Lake.Sql;

/// <summary>A view to be defined.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sources">Names that stand in the query as <c>{name}</c>.</param>
/// <param name="Query">Its query.</param>
/// <param name="Columns">Names for its columns; empty: those of the query.</param>
internal sealed record PlannedView(string Name, IReadOnlyList<string> Sources, string Query, IReadOnlyList<string> Columns);

/// <summary>Gathers for one statement how much of which table is needed, and which views are to be defined: sources before those that read them.</summary>
/// <param name="catalog">The lake's tables and views.</param>
/// <param name="readView">Reads a stored view's query, through the gate.</param>
/// <param name="now">An instant not after the one that <c>now()</c> will give.</param>
internal sealed class MountPlan(LakeCatalog catalog, Func<StoredView, CancellationToken, Task<StoredQuery>> readView, DateTimeOffset now)
{
    private const int ViewDepthMax = 16;

    private readonly Dictionary<string, DeltaTable?> _tables = new(StringComparer.Ordinal);
    private readonly HashSet<string> _planned = new(StringComparer.Ordinal);
    private readonly List<string> _path = [];

    /// <summary>What the places of the statement need, by table.</summary>
    public Dictionary<string, List<ScanNeed>> Needs { get; } = new(StringComparer.Ordinal);

    /// <summary>Stand-ins and the tables as of a version that they stand for.</summary>
    public Dictionary<string, TimeTravel> Travels { get; } = new(StringComparer.Ordinal);

    /// <summary>Views in the order in which they can be defined.</summary>
    public List<PlannedView> Views { get; } = [];

    public async Task AddAsync(IReadOnlyList<TableReference> references, IReadOnlyDictionary<string, TimeTravel> standIns, CancellationToken ct)
    {
        foreach ((string name, TimeTravel travel) in standIns)
        {
            Travels[name] = travel;
        }

        foreach (TableReference reference in references.Where(r => !standIns.ContainsKey(r.Name)))
        {
            await NeedAsync(reference.Name, reference.Select, ct).ConfigureAwait(false);
        }
    }

    /// <summary>The table at its newest version; the same object throughout a statement.</summary>
    public async Task<DeltaTable> TableAsync(string name, CancellationToken ct) =>
        await FindAsync(name, ct).ConfigureAwait(false) ?? await catalog.OpenAsync(name, ct).ConfigureAwait(false);

    /// <summary>A view that a user made, with all that it reads.</summary>
    public async Task AddAsync(StoredView view, CancellationToken ct)
    {
        if (_path.Contains(view.Name) || _path.Count >= ViewDepthMax)
        {
            throw new SqlException($"The view {view.Name} reads itself, by way of {string.Join(", ", _path)}; views may not go in circles, nor be nested more than {ViewDepthMax} deep.");
        }

        if (!_planned.Add(view.Name))
        {
            return;
        }

        _path.Add(view.Name);
        StoredQuery query = await readView(view, ct).ConfigureAwait(false);
        await AddAsync(query.References, query.Query.StandIns, ct).ConfigureAwait(false);
        _path.RemoveAt(_path.Count - 1);
        Views.Add(new PlannedView(view.Name, [], query.Query.Text, view.Columns));
    }

    private async Task<DeltaTable?> FindAsync(string name, CancellationToken ct) =>
        _tables.TryGetValue(name, out DeltaTable? known) ? known : _tables[name] = await catalog.FindAsync(name, ct).ConfigureAwait(false);

    private async Task NeedAsync(string name, JsonElement? select, CancellationToken ct)
    {
        if (LakeViews.All.TryGetValue(name, out LakeView? view))
        {
            await NeedViewAsync(view, select, ct).ConfigureAwait(false);
        }
        else if (name == IngestStateView.Name)
        {
            if (_planned.Add(name))
            {
                Views.Add(new PlannedView(name, [], IngestStateView.Query((await TableAsync(IngestStateView.Source, ct).ConfigureAwait(false)).Snapshot), []));
            }
        }
        else if (await FindAsync(name, ct).ConfigureAwait(false) is { } table)
        {
            Add(name, Need(select, name, table.Snapshot.Schema.Fields.ToDictionary(f => f.Name, f => f, StringComparer.OrdinalIgnoreCase)));
        }
        else if (await catalog.FindViewAsync(name, ct).ConfigureAwait(false) is { } stored)
        {
            await AddAsync(stored, ct).ConfigureAwait(false);
        }
        else
        {
            await catalog.OpenAsync(name, ct).ConfigureAwait(false); // says what there is instead
        }
    }

    private async Task NeedViewAsync(LakeView view, JsonElement? select, CancellationToken ct)
    {
        if (view.Columns.Count > 0)
        {
            StructType schema = (await TableAsync(view.Sources[0], ct).ConfigureAwait(false)).Snapshot.Schema;
            var columns = view.Columns.Where(c => schema.Find(c.Value) is not null).ToDictionary(c => c.Key, c => schema.Find(c.Value)!, StringComparer.OrdinalIgnoreCase);
            ScanNeed need = Need(select, view.Name, columns);
            Add(view.Sources[0], need is ScanNeed.Matching matching ? new ScanNeed.Matching(matching.Predicate) : new ScanNeed.Everything()); // the view has a WHERE of its own, and names all its columns
        }
        else
        {
            foreach (string source in view.Sources)
            {
                await NeedAsync(source, null, ct).ConfigureAwait(false);
            }
        }

        if (_planned.Add(view.Name))
        {
            Views.Add(new PlannedView(view.Name, view.Sources, view.Query, []));
        }
    }

    private void Add(string table, ScanNeed need) => (Needs.TryGetValue(table, out List<ScanNeed>? all) ? all : Needs[table] = []).Add(need);

    private ScanNeed Need(JsonElement? select, string name, Dictionary<string, StructField> columns)
    {
        if (select is not { } node)
        {
            return new ScanNeed.Everything();
        }

        string alias = node.GetProperty("from_table").GetProperty("alias").GetString() ?? "";
        return new ScanNeeds(columns, alias.Length > 0 ? alias : name, now).Of(node);
    }
}
