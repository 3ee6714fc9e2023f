using System.Globalization;
using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Positions;

/// <summary>One futures position of a top trader as the leaderboard gave it, before anybody judged it: a row of <c>bronze_futures_leaderboard_positions</c>.</summary>
/// <param name="Source">Who gave it.</param>
/// <param name="EndpointName">Which question it answers, such as <c>getOtherPosition</c>.</param>
/// <param name="Uid">The account that was asked for.</param>
/// <param name="AccountLabel">What we call the account.</param>
/// <param name="Symbol">The instrument's text, unjudged; null if there is none.</param>
/// <param name="Numbers">The numbers that could be read.</param>
/// <param name="Yellow">A flag of the leaderboard's own.</param>
/// <param name="TradeBefore">A flag of the leaderboard's own.</param>
/// <param name="UpdateTs">When the position last changed, in Unix milliseconds, or null if no plausible time can be read: then the row has no key.</param>
/// <param name="IngestTime">When the bytes arrived.</param>
/// <param name="RawJson">The element as JSON text, whole.</param>
/// <param name="ApiEndpoint">The path that was asked, or the file name of a replay.</param>
/// <param name="ApiParamsHash">A hash of the request's parameters; no key is among them.</param>
/// <param name="IngestRunId">The run that took it in.</param>
/// <param name="RescuedData">JSON object of the members that the wire form does not know, or null.</param>
public sealed record RawPosition(
    string Source,
    string EndpointName,
    string Uid,
    string AccountLabel,
    string? Symbol,
    PositionNumbers Numbers,
    bool? Yellow,
    bool? TradeBefore,
    long? UpdateTs,
    UnixMicros IngestTime,
    string RawJson,
    string ApiEndpoint,
    string ApiParamsHash,
    string IngestRunId,
    string? RescuedData)
{
    /// <summary>The key <c>pos|uid|symbol|update_ts</c>, or null.</summary>
    public string? UniqueKey => UpdateTs is { } ts && Symbol is { } s ? KeyOf(Uid, s, ts) : null;

    /// <summary>When the position last changed, or null if the row has no key.</summary>
    public UnixMicros? EventTime => UniqueKey is null ? null : UnixMicros.FromMilliseconds(UpdateTs!.Value);

    /// <summary>The key of a position at an instant.</summary>
    public static string KeyOf(string uid, string symbol, long updateTs) => string.Create(CultureInfo.InvariantCulture, $"pos|{uid}|{symbol}|{updateTs}");
}
