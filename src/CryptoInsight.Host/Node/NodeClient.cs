using System.Text.Json;
using CryptoInsight.Host.Api;
using CryptoInsight.Host.Commands;

namespace CryptoInsight.Host.Node;

/// <summary>The node that runs on a lake, as commands talk to it: by HTTP, at the address that it wrote into the lake.</summary>
public sealed class NodeClient : IDisposable
{
    private static readonly TimeSpan s_answersWithin = TimeSpan.FromSeconds(3);
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    private readonly HttpClient _http;

    private NodeClient(HttpClient http) => _http = http;

    /// <summary>The node of this lake, or null if none answers.</summary>
    public static async Task<NodeClient?> FindAsync(string lakePath, CancellationToken ct)
    {
        if (Address(Path.Combine(lakePath, ".cryptoinsight", "node.json")) is not { } url)
        {
            return null;
        }

        var http = new HttpClient { BaseAddress = url, Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.Add(ActionGuard.Header, "cli");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(s_answersWithin);
        try
        {
            using HttpResponseMessage alive = await http.GetAsync("/health/live", patience.Token);
            if (alive.IsSuccessStatusCode)
            {
                return new NodeClient(http);
            }
        }
        catch (Exception silent) when (silent is HttpRequestException || silent is OperationCanceledException && !ct.IsCancellationRequested)
        {
            // A file that a killed node left behind: nobody is there.
        }

        http.Dispose();
        return null;
    }

    /// <summary>What the node answers as a document; a refusal is the command's failure, in the node's words.</summary>
    public async Task<T> GetAsync<T>(string path, CancellationToken ct)
    {
        using HttpResponseMessage response = await _http.GetAsync("/api/v1/" + path, ct);
        return await ReadAsync<T>(response, ct);
    }

    /// <summary>Has the node do something.</summary>
    public async Task<T> PostAsync<T>(string path, object? body, CancellationToken ct)
    {
        using HttpResponseMessage response = await _http.PostAsJsonAsync("/api/v1/" + path, body, s_json, ct);
        return await ReadAsync<T>(response, ct);
    }

    public void Dispose() => _http.Dispose();

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken ct)
    {
        if (response.IsSuccessStatusCode)
        {
            return await response.Content.ReadFromJsonAsync<T>(s_json, ct) ?? throw new CommandFailedException("The node answered nothing.");
        }

        string text = await response.Content.ReadAsStringAsync(ct);
        try
        {
            using JsonDocument problem = JsonDocument.Parse(text);
            throw new CommandFailedException(problem.RootElement.TryGetProperty("detail", out JsonElement detail) ? detail.GetString()! : $"The node answered {(int)response.StatusCode}.");
        }
        catch (JsonException)
        {
            throw new CommandFailedException($"The node answered {(int)response.StatusCode}; its log says more.");
        }
    }

    private static Uri? Address(string file)
    {
        try
        {
            using JsonDocument node = JsonDocument.Parse(File.ReadAllText(file));
            return Uri.TryCreate(node.RootElement.GetProperty("url").GetString(), UriKind.Absolute, out Uri? url) && url.IsLoopback ? url : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null; // no node, or a file that is no node's
        }
    }
}
