using System.Text.Json;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Lake.Sql;

/// <summary>The views that users made: one object each in <c>&lt;catalog&gt;/&lt;schema&gt;/_views</c>, put there and replaced atomically.</summary>
internal sealed class StoredViews(LakeLocation lake)
{
    private const string Extension = ".json";

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly IObjectStore _store = lake.ViewStore();

    public async Task<IReadOnlyList<string>> NamesAsync(CancellationToken ct)
    {
        var names = new List<string>();
        await foreach (StoredObject o in _store.ListAsync("", null, ct).ConfigureAwait(false))
        {
            if (o.Key.EndsWith(Extension, StringComparison.Ordinal) && LakeLocation.IsName(o.Key[..^Extension.Length]))
            {
                names.Add(o.Key[..^Extension.Length]);
            }
        }

        return names;
    }

    /// <summary>The view, or null; <see cref="SqlException"/> if what lies there is none.</summary>
    public async Task<StoredView?> FindAsync(string name, CancellationToken ct)
    {
        if (!LakeLocation.IsName(name) || await _store.FindAsync(name + Extension, ct).ConfigureAwait(false) is null)
        {
            return null;
        }

        try
        {
            StoredView? view = JsonSerializer.Deserialize<StoredView>(await _store.ReadAsync(name + Extension, ct).ConfigureAwait(false), s_json);
            return view is { Query.Length: > 0 } ? view with { Name = name, Columns = view.Columns ?? [] } : throw Damaged(name, null);
        }
        catch (JsonException damaged)
        {
            throw Damaged(name, damaged);
        }
        catch (ObjectNotFoundException)
        {
            return null; // dropped between the two looks
        }
    }

    /// <summary>Stores a view; false if there is one already and it is not to be replaced.</summary>
    public async Task<bool> PutAsync(StoredView view, bool replace, CancellationToken ct)
    {
        byte[] content = JsonSerializer.SerializeToUtf8Bytes(view, s_json);
        if (!replace)
        {
            return await _store.PutIfAbsentAsync(view.Name + Extension, content, ct).ConfigureAwait(false);
        }

        await _store.PutAsync(view.Name + Extension, content, ct).ConfigureAwait(false);
        return true;
    }

    public Task DropAsync(string name, CancellationToken ct) => _store.DeleteAsync(name + Extension, ct);

    private static SqlException Damaged(string name, Exception? inner) => new($"The stored view {name} cannot be read; make it anew with CREATE OR REPLACE VIEW, or DROP it.", inner);
}
