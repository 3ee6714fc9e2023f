using System.Text;
using System.Text.Json;
using CryptoInsight.Sources.FearGreed;
using CryptoInsight.Sources.Http;

namespace CryptoInsight.Sources.Tests.Http;

public sealed class JsonFetchSpecs
{
    private const string Good = """{"data":[{"value":"54","value_classification":"Neutral","timestamp":"1714521600"}],"metadata":{"error":null}}""";

    private readonly ManualTime _time = new();

    [Fact]
    public async Task The_whole_history_is_asked_for_as_json()
    {
        using var handler = new StubHandler(_ => StubHandler.Answer(200, Good));
        var answered = Assert.IsType<FetchOutcome<IReadOnlyList<RawFearGreed>>.Answered>(await AskAsync(handler));
        RawFearGreed row = Assert.Single(answered.Value);
        Assert.Equal(("alternative.me", "/fng/", "run", _time.Micros), (row.Source, row.ApiEndpoint, row.IngestRunId, row.IngestTime));
        Assert.Equal("https://api.alternative.me/fng/?limit=0&format=json", Assert.Single(handler.Requests).RequestUri!.AbsoluteUri);
    }

    [Theory]
    [InlineData("120", 120)]
    [InlineData(null, 60)]
    [InlineData("0", 1)]
    [InlineData("999999999", 172_800)]
    [InlineData("soon", 60)]
    public async Task Too_many_requests_say_how_long_to_be_silent(string? retryAfter, double seconds)
    {
        using var handler = new StubHandler(_ => StubHandler.Answer(429, "slow down", "text/plain", retryAfter is null ? [] : [("Retry-After", retryAfter)]));
        Assert.Equal(TimeSpan.FromSeconds(seconds), Assert.IsType<FetchOutcome<IReadOnlyList<RawFearGreed>>.Throttled>(await AskAsync(handler)).RetryAfter);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(408)]
    public async Task A_fault_of_theirs_is_worth_asking_again(int status)
    {
        using var handler = new StubHandler(_ => StubHandler.Answer(status, "<html>\u001b[2Jdown</html>", "text/html"));
        var transient = Assert.IsType<FetchOutcome<IReadOnlyList<RawFearGreed>>.Transient>(await AskAsync(handler));
        Assert.DoesNotContain('\u001b', transient.Why);
    }

    [Theory]
    [InlineData(403, true)]
    [InlineData(451, true)]
    [InlineData(302, true)]
    [InlineData(404, false)]
    [InlineData(400, false)]
    public async Task A_refusal_keeps_what_was_said_as_json(int status, bool stopsSource)
    {
        using var handler = new StubHandler(_ => StubHandler.Answer(status, "no \"entry\"\n", "text/plain"));
        var refused = Assert.IsType<FetchOutcome<IReadOnlyList<RawFearGreed>>.Refused>(await AskAsync(handler));
        Assert.Equal(stopsSource, refused.StopsSource);
        Assert.Equal("no \"entry\"\n", JsonSerializer.Deserialize<string>(refused.PayloadJson));
    }

    [Theory]
    [InlineData("<html>captive portal</html>", "text/html")]
    [InlineData("{\"data\":[{\"value\":\"5", "application/json")]
    [InlineData("\0\0\0", "application/json")]
    [InlineData("{\"data\":[\nfng_value,fng_classification,date\n01-05-2024,54,Neutral\n\t],\n", "application/json")]
    public async Task An_answer_that_is_none_is_evidence_and_no_crash(string body, string type)
    {
        using var handler = new StubHandler(_ => StubHandler.Answer(200, body, type));
        var unreadable = Assert.IsType<FetchOutcome<IReadOnlyList<RawFearGreed>>.Unreadable>(await AskAsync(handler));
        Assert.Equal(body, JsonSerializer.Deserialize<string>(unreadable.PayloadJson));
    }

    [Fact]
    public async Task A_body_without_end_is_given_up_and_only_its_beginning_kept()
    {
        using var handler = new StubHandler(_ => StubHandler.Answer(200, new string('[', 9_000_000)));
        var unreadable = Assert.IsType<FetchOutcome<IReadOnlyList<RawFearGreed>>.Unreadable>(await AskAsync(handler));
        Assert.InRange(unreadable.PayloadJson.Length, 1_000, 8_000);
    }

    [Fact]
    public async Task A_connection_that_fails_or_breaks_is_worth_asking_again()
    {
        foreach (Exception fault in (Exception[])[new HttpRequestException("x"), new IOException("x"), new TaskCanceledException("x")])
        {
            using var handler = new StubHandler(_ => throw fault);
            Assert.IsType<FetchOutcome<IReadOnlyList<RawFearGreed>>.Transient>(await AskAsync(handler));
        }
    }

    [Fact]
    public void Evidence_is_json_whatever_the_bytes_are()
    {
        foreach (byte[] body in (byte[][])[[], [0xFF, 0xFE, 0x00], Encoding.UTF8.GetBytes("{\"a\":1}"), Encoding.UTF8.GetBytes("{\"a\":1} {"), Encoding.UTF8.GetBytes("\\u0000\u2028")])
        {
            using JsonDocument document = JsonDocument.Parse(JsonFetch.PayloadJson(body));
        }
    }

    private Task<FetchOutcome<IReadOnlyList<RawFearGreed>>> AskAsync(HttpMessageHandler handler)
    {
        var http = new JsonFetch(handler, new JsonFetchOptions(), _time);
        return new FearGreedRest(http, FearGreedRest.Publisher, "alternative.me").GetAllAsync("run", CancellationToken.None);
    }
}
