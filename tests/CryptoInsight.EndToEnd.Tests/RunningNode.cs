using System.Net;
using System.Text.Json;

namespace CryptoInsight.EndToEnd.Tests;

/// <summary>A node started by <c>up</c> on a free port, and its API.</summary>
internal sealed class RunningNode : IDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(20) };

    private RunningNode(ProgramRun run) => Run = run;

    public ProgramRun Run { get; }

    public Uri Url { get; private set; } = null!;

    /// <summary>Starts a node and returns at once.</summary>
    public static ProgramRun Start(TemporaryLake lake, params string[] arguments) =>
        ProgramRun.Start(["up", "--lake", lake.Path, "--http", "127.0.0.1:0", .. arguments]);

    /// <summary>Starts a node and waits until it says where it listens.</summary>
    public static async Task<RunningNode> ListeningAsync(TemporaryLake lake, params string[] arguments)
    {
        var node = new RunningNode(Start(lake, arguments));
        string file = Path.Combine(lake.Path, ".cryptoinsight", "node.json");
        try
        {
            node.Url = await node.UntilAsync("start", $"node.json of process {node.Run.Pid}", TimeSpan.FromSeconds(90), () => Task.FromResult(UrlIn(file, node.Run.Pid)));
            return node;
        }
        catch
        {
            node.Dispose();
            throw;
        }
    }

    /// <summary>Waits until every job runs and the board of signals is loaded.</summary>
    public Task ReadyAsync() => UntilAsync("health", "200 from /health/ready", TimeSpan.FromSeconds(90), async () =>
    {
        using HttpResponseMessage answer = await _http.GetAsync(new Uri(Url, "/health/ready"));
        string text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode == HttpStatusCode.OK ? text : null, text);
    });

    public async Task<JsonElement> GetAsync(string path)
    {
        using JsonDocument document = JsonDocument.Parse(await _http.GetStringAsync(new Uri(Url, path)));
        return document.RootElement.Clone();
    }

    /// <summary>A bounded wait that also ends when the node does.</summary>
    public Task<T> UntilAsync<T>(string phase, string expected, TimeSpan atMost, Func<Task<(T? Answer, string Seen)>> look)
        where T : class =>
        Waiting.UntilAsync(phase, expected, atMost, async () =>
        {
            Assert.False(Run.HasEnded, $"{phase}: the node ended while waiting for {expected}: {(Run.HasEnded ? Run.Said() : "")}");
            try
            {
                return await look();
            }
            catch (HttpRequestException notYet)
            {
                return (null, notYet.Message);
            }
        });

    public void Dispose()
    {
        _http.Dispose();
        Run.Dispose();
    }

    private static (Uri? Url, string Seen) UrlIn(string file, int pid)
    {
        try
        {
            using JsonDocument said = JsonDocument.Parse(File.ReadAllText(file));
            return said.RootElement.GetProperty("pid").GetString() == pid.ToString(System.Globalization.CultureInfo.InvariantCulture)
                ? (new Uri(said.RootElement.GetProperty("url").GetString()!), "")
                : (null, said.RootElement.ToString());
        }
        catch (Exception notYet) when (notYet is IOException or JsonException)
        {
            return (null, notYet.Message);
        }
    }
}
