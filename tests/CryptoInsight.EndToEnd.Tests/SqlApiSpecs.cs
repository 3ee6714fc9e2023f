using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace CryptoInsight.EndToEnd.Tests;

/// <summary>The web console's API on a running node: every answer and every refusal as a document.</summary>
public sealed class SqlApiSpecs
{
    private const string NoEnd = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range <> -1";

    [Fact]
    public async Task Statements_are_answered_refused_stopped_and_limited_and_the_node_goes_on()
    {
        using var lake = new TemporaryLake();
        using RunningNode node = await RunningNode.ListeningAsync(
            lake, "--symbols", "BTCUSDT", "--intervals", "1m", "--set", "sql.workers=1", "--set", "sql.queue-max=0", "--set", "sql.wall-time-max=6s");
        await node.ReadyAsync();
        using var http = new HttpClient { BaseAddress = node.Url, Timeout = TimeSpan.FromMinutes(2) };

        using (HttpResponseMessage withoutHeader = await http.PostAsJsonAsync("/api/v1/sql", new { statement = "SELECT 1" }))
        {
            Assert.Equal(HttpStatusCode.Forbidden, withoutHeader.StatusCode);
        }

        http.DefaultRequestHeaders.Add("X-CryptoInsight-Action", "test");
        using (HttpResponseMessage answered = await http.PostAsJsonAsync("/api/v1/sql", new { statement = "SELECT 6 * 7 AS n;" }))
        {
            Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
            Assert.True(answered.Headers.Contains("X-CryptoInsight-Milliseconds"));
            Assert.Equal(42, (await answered.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("rows")[0][0].GetInt32());
        }

        await RefusedAsync(http, new { statement = "SELECT nope" }, HttpStatusCode.BadRequest, "nope");
        await RefusedAsync(http, new { statement = "SELECT 1; SELECT 2" }, HttpStatusCode.BadRequest, "One statement");
        await RefusedAsync(http, new { statement = "OPTIMIZE silver_charts" }, HttpStatusCode.BadRequest, "command line can");
        await RefusedAsync(http, new { statement = " " }, HttpStatusCode.BadRequest, "one SQL statement");
        await RefusedAsync(http, new { statement = "SELECT 1", id = "<script>" }, HttpStatusCode.BadRequest, "id is");
        await RefusedAsync(http, new { statement = new string(' ', 200_000) + "SELECT 1" }, HttpStatusCode.RequestEntityTooLarge, "");
        Assert.Equal(HttpStatusCode.NotFound, (await http.PostAsync("/api/v1/sql/nothing-here/cancel", null)).StatusCode);

        Task<HttpResponseMessage> running = http.PostAsJsonAsync("/api/v1/sql", new { statement = NoEnd, id = "first-one" });
        await node.UntilAsync("busy", "503 while the only worker works", TimeSpan.FromSeconds(30), async () =>
        {
            using HttpResponseMessage busy = await http.PostAsJsonAsync("/api/v1/sql", new { statement = "SELECT 1" });
            return (busy.StatusCode == HttpStatusCode.ServiceUnavailable && busy.Headers.RetryAfter is not null ? "busy" : null, busy.StatusCode.ToString());
        });
        Assert.Equal(HttpStatusCode.NoContent, (await http.PostAsync("/api/v1/sql/first-one/cancel", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await running).StatusCode);

        await RefusedAsync(http, new { statement = NoEnd }, HttpStatusCode.UnprocessableEntity, "longer than the 6 s");
        using (var leaves = new CancellationTokenSource(TimeSpan.FromMilliseconds(500)))
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => http.PostAsJsonAsync("/api/v1/sql", new { statement = NoEnd }, leaves.Token));
        }

        await node.UntilAsync("free", "an answer after the user who left", TimeSpan.FromSeconds(30), async () =>
        {
            using HttpResponseMessage free = await http.PostAsJsonAsync("/api/v1/sql", new { statement = "SELECT 1" });
            return (free.StatusCode == HttpStatusCode.OK ? "free" : null, free.StatusCode.ToString());
        });
        JsonElement surface = await node.GetAsync("/api/v1/sql");
        Assert.Contains(surface.GetProperty("names").EnumerateArray(), n => n.GetProperty("name").GetString() == "gold_signals" && n.GetProperty("columns").EnumerateArray().Any(c => c.GetString() == "rsi_14"));
    }

    private static async Task RefusedAsync(HttpClient http, object body, HttpStatusCode status, string says)
    {
        using HttpResponseMessage refused = await http.PostAsJsonAsync("/api/v1/sql", body);
        string text = await refused.Content.ReadAsStringAsync();
        Assert.True(refused.StatusCode == status, text);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
        Assert.Contains(says, JsonDocument.Parse(text).RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }
}
