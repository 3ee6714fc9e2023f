using System.Text.Json;
using CryptoInsight.Sources.Binance;
using CryptoInsight.Sources.Http;

namespace CryptoInsight.Sources.Leaderboard;

/// <summary>The leaderboard's JSON to rows of Bronze: <c>{"success":true,"data":{"otherPositionRetList":[{symbol, entryPrice, …, updateTimeStamp}, …]}}</c>.</summary>
/// <remarks>Every element becomes a row, however odd it is; the judgement is Silver's. An account that hides its positions has no list, which is no row and no fault.</remarks>
public static class LeaderboardWire
{
    /// <summary>The question that these rows answer: the column <c>endpoint_name</c>.</summary>
    public const string EndpointName = "getOtherPosition";

    private const int PositionsMax = 10_000;

    private static readonly HashSet<string> s_known =
        ["symbol", "entryPrice", "markPrice", "pnl", "roe", "amount", "updateTime", "updateTimeStamp", "yellow", "tradeBefore", "leverage"];

    private static readonly JsonDocumentOptions s_strict = new() { MaxDepth = 16 };

    /// <summary>Reads a whole answer.</summary>
    public static JsonDocumentReading<IReadOnlyList<RawPosition>> Read(ReadOnlyMemory<byte> document, LeaderboardAccount account, LeaderboardStamp stamp)
    {
        ArgumentNullException.ThrowIfNull(account);
        ArgumentNullException.ThrowIfNull(stamp);
        try
        {
            using JsonDocument json = JsonDocument.Parse(document, s_strict);
            return Rows(json.RootElement, account, stamp);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return No("it is no whole JSON document");
        }
    }

    private static JsonDocumentReading<IReadOnlyList<RawPosition>> Rows(JsonElement root, LeaderboardAccount account, LeaderboardStamp stamp)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            return No("it is no object");
        }

        if (root.TryGetProperty("success", out JsonElement success) && success.ValueKind != JsonValueKind.True)
        {
            string? said = new JsonMembers(root).Text("message");
            return No($"the leaderboard reports a failure{(said is null ? "" : $": {HostileText.Show(said.AsSpan(), 120)}")}");
        }

        if (!root.TryGetProperty("data", out JsonElement data) || data.ValueKind != JsonValueKind.Object || !data.TryGetProperty("otherPositionRetList", out JsonElement list))
        {
            return No("it has no data.otherPositionRetList");
        }

        return list.ValueKind switch
        {
            JsonValueKind.Null => JsonDocumentReading<IReadOnlyList<RawPosition>>.Of([]),
            JsonValueKind.Array when list.GetArrayLength() <= PositionsMax =>
                JsonDocumentReading<IReadOnlyList<RawPosition>>.Of([.. list.EnumerateArray().Select(e => Row(e, account, stamp))]),
            JsonValueKind.Array => No($"it has more than {PositionsMax} positions"),
            _ => No("its otherPositionRetList is no array"),
        };
    }

    private static RawPosition Row(JsonElement element, LeaderboardAccount account, LeaderboardStamp stamp)
    {
        var members = new JsonMembers(element);
        return new RawPosition(
            stamp.Source,
            EndpointName,
            account.Uid,
            account.Label,
            members.Text("symbol"),
            new Domain.Positions.PositionNumbers(
                members.Number("entryPrice"), members.Number("markPrice"), members.Number("pnl"), members.Number("roe"), members.Number("amount"), members.Number("leverage")),
            members.Flag("yellow"),
            members.Flag("tradeBefore"),
            Milliseconds(members),
            stamp.IngestTime,
            members.RawJson,
            stamp.Endpoint,
            stamp.ParamsHash,
            stamp.RunId,
            members.Others(s_known));
    }

    private static long? Milliseconds(JsonMembers members) =>
        members.Whole("updateTimeStamp") is { } ms and > 0 and < UnixMicros.MicrosecondsFrom && UnixMicros.FromMilliseconds(ms).IsPlausible ? ms : null;

    private static JsonDocumentReading<IReadOnlyList<RawPosition>> No(string why) => JsonDocumentReading<IReadOnlyList<RawPosition>>.No(why);
}
