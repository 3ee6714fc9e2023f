using System.Text;
using System.Text.Json;
using CryptoInsight.Sources.Http;
using CryptoInsight.Sources.Leaderboard;
using CryptoInsight.Sources.Tests.Http;
using CsCheck;

namespace CryptoInsight.Sources.Tests.Leaderboard;

public sealed class LeaderboardSpecs
{
    private const string AppId = "app-S3cret/01", ClientId = "client-S3cret+02", ApiKey = "key-S3cret=\"03\\";

    private const string Good = """
        {"code":"000000","message":null,"success":true,"data":{"otherPositionRetList":[
          {"symbol":"BTCUSDT","entryPrice":100.5,"markPrice":110,"pnl":9.5,"roe":0.25,"amount":-1.5,"updateTime":[2025,6,1,0,0,0,0],"updateTimeStamp":1748736000000,"yellow":true,"tradeBefore":false,"leverage":20}],
          "updateTimeStamp":1748736000000}}
        """;

    private static readonly LeaderboardAccount s_account = new("ABC123", "Whale");
    private static readonly LeaderboardStamp s_stamp = new("gateway", "/v1/getOtherPosition", "hash", "run", UnixMicros.FromMilliseconds(1_748_736_060_000));

    private readonly ManualTime _time = new();

    [Fact]
    public void A_position_becomes_a_row_with_its_key()
    {
        RawPosition raw = Assert.Single(Rows(Good));
        Assert.Equal("pos|ABC123|BTCUSDT|1748736000000", raw.UniqueKey);
        Assert.Null(raw.RescuedData);
        SilverPosition row = PositionParser.Read(raw).Row!;
        Assert.Equal(
            new SilverPosition(
                "gateway", "getOtherPosition", "Whale", "ABC123", Symbol.Parse("BTCUSDT"), 100.5, 110, 9.5, 0.25, -1.5, 20, true, false, 1_748_736_000_000, s_stamp.IngestTime),
            row);
        Assert.Equal((165.0, false), (row.Notional, row.IsLong));
    }

    [Theory]
    [InlineData("\"symbol\":\"BTCUSDT\"", "\"symbol\":\"../../etc\"", "symbol_unreadable")]
    [InlineData("\"symbol\":\"BTCUSDT\"", "\"symbol\":null", "symbol_unreadable")]
    [InlineData("\"entryPrice\":100.5", "\"entryPrice\":\"1e999\"", "number_missing")]
    [InlineData("\"markPrice\":110", "\"mark\":110", "number_missing")]
    [InlineData("\"markPrice\":110", "\"markPrice\":-1", "price_negative")]
    [InlineData("\"amount\":-1.5", "\"amount\":1e21", "out_of_range")]
    [InlineData("\"amount\":-1.5", "\"amount\":1e19", "out_of_range")] // the notional is
    [InlineData("\"leverage\":20", "\"leverage\":-20", "leverage_negative")]
    [InlineData("\"updateTimeStamp\":1748736000000,\"y", "\"updateTimeStamp\":1748736000,\"y", "time_unreadable")]
    [InlineData("\"updateTimeStamp\":1748736000000,\"y", "\"updateTimeStamp\":1748736999000,\"y", "update_after_ingest")]
    public void What_breaks_a_rule_is_quarantined_by_a_stable_code(string old, string replacement, string code)
    {
        string document = Good.Replace(old, replacement, StringComparison.Ordinal);
        Assert.NotEqual(Good, document);
        Assert.Equal(code, PositionParser.Read(Assert.Single(Rows(document))).Why!.Code);
    }

    [Theory]
    [InlineData("""{"success":true,"data":{"otherPositionRetList":null}}""")]
    [InlineData("""{"success":true,"data":{"otherPositionRetList":[]}}""")]
    public void An_account_that_shows_nothing_has_no_rows(string document) => Assert.Empty(Rows(document));

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"success":false,"message":"bad uid","data":null}""")]
    [InlineData("""{"success":true,"data":{}}""")]
    [InlineData("""{"success":true,"data":{"otherPositionRetList":{}}}""")]
    public void What_is_no_answer_is_refused(string document) =>
        Assert.NotEmpty(LeaderboardWire.Read(Encoding.UTF8.GetBytes(document), s_account, s_stamp).Why!);

    [Fact]
    public void No_bytes_make_reading_throw_and_every_row_gets_one_verdict()
    {
        byte[] good = Encoding.UTF8.GetBytes(Good);
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte).Array[0, 6].Sample(edits =>
        {
            byte[] bytes = [.. good];
            foreach ((int at, byte value) in edits)
            {
                bytes[at] = value;
            }

            foreach (RawPosition row in LeaderboardWire.Read(bytes, s_account, s_stamp).Value ?? [])
            {
                using JsonDocument kept = JsonDocument.Parse(row.RawJson);
                (SilverPosition? silver, Domain.Quality.SilverVerdict.Quarantined? why) = PositionParser.Read(row);
                Assert.True(silver is null ^ why is null);
            }
        });
    }

    [Fact]
    public async Task The_keys_go_into_the_headers_and_nowhere_else()
    {
        using var handler = new StubHandler(_ => StubHandler.Answer(200, Good));
        var answered = Assert.IsType<FetchOutcome<IReadOnlyList<RawPosition>>.Answered>(await AskAsync(handler));
        HttpRequestMessage asked = Assert.Single(handler.Requests);
        Assert.Equal([AppId, ClientId, ApiKey], ((string[])["x-app-id", "x-client-id", "x-api-key"]).Select(h => asked.Headers.GetValues(h).Single()));
        Assert.Equal("https://gateway.apyflux.com/v1/getOtherPosition?encryptedUid=ABC123", asked.RequestUri!.AbsoluteUri);
        Assert.DoesNotContain("S3cret", answered.Value[0].ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(401)]
    [InlineData(429)]
    [InlineData(500)]
    public async Task A_gateway_that_echoes_the_keys_cannot_get_them_stored_or_printed(int status)
    {
        string echo = JsonSerializer.Serialize(new { message = $"bad key {ApiKey} of {AppId}, {Uri.EscapeDataString(ClientId)}, {ApiKey.ToUpperInvariant()}", success = false });
        foreach (string body in (string[])[echo, $"plain {ApiKey} {AppId} {ClientId}", Good.Replace("\"yellow\":true", $"\"note\":{JsonSerializer.Serialize(ApiKey)}", StringComparison.Ordinal)])
        {
            using var handler = new StubHandler(_ => StubHandler.Answer(status, body));
            string told = (await AskAsync(handler)).Match(
                answered => string.Join('\n', answered.Value.Select(r => r.ToString())), throttled => throttled.Text, refused => refused.Text + refused.PayloadJson, unreadable => unreadable.Why + unreadable.PayloadJson, transient => transient.Why);
            Assert.DoesNotContain("S3cret", told, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public void Keys_that_no_header_can_carry_are_refused_without_being_named()
    {
        foreach (string bad in (string[])["", "a b", "a\nb", "ключ", new string('x', 5_000)])
        {
            string message = Assert.Throws<FormatException>(() => new LeaderboardKeys("ok", "ok", bad)).Message;
            Assert.True(bad.Length == 0 || !message.Contains(bad, StringComparison.Ordinal));
        }

        Assert.DoesNotContain("S3cret", Keys().ToString(), StringComparison.Ordinal);
        Assert.Equal("{}", JsonSerializer.Serialize(Keys()));
    }

    [Fact]
    public void Keys_travel_encrypted_or_not_at_all()
    {
        Assert.True(LeaderboardRest.MayCarryKeys(LeaderboardRest.Gateway));
        Assert.True(LeaderboardRest.MayCarryKeys(new Uri("http://127.0.0.1:9000")));
        Assert.False(LeaderboardRest.MayCarryKeys(new Uri("http://gateway.apyflux.com")));
        Assert.False(LeaderboardRest.MayCarryKeys(new Uri("ftp://127.0.0.1")));
    }

    [Fact]
    public void Accounts_are_an_id_and_a_name()
    {
        Assert.Equal(new LeaderboardAccount("ABC", "Big Whale"), LeaderboardAccount.Parse(" ABC = Big Whale "));
        Assert.Equal(new LeaderboardAccount("ABC", "ABC"), LeaderboardAccount.Parse("ABC"));
        foreach (string bad in (string[])["", "=x", "A/B=x", "ABC=", "ABC=\u001b[2J", new string('A', 65)])
        {
            Assert.Throws<FormatException>(() => LeaderboardAccount.Parse(bad));
        }
    }

    private static LeaderboardKeys Keys() => new(AppId, ClientId, ApiKey);

    private static IReadOnlyList<RawPosition> Rows(string document) => LeaderboardWire.Read(Encoding.UTF8.GetBytes(document), s_account, s_stamp).Value!;

    private Task<FetchOutcome<IReadOnlyList<RawPosition>>> AskAsync(HttpMessageHandler handler) =>
        new LeaderboardRest(new JsonFetch(handler, new JsonFetchOptions(), _time), LeaderboardRest.Gateway, Keys(), "gateway").GetPositionsAsync(s_account, "run", CancellationToken.None);
}
