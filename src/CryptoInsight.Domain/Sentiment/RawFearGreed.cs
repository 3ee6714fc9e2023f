using System.Globalization;
using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Sentiment;

/// <summary>One value of the Fear and Greed index as the publisher gave it, before anybody judged it: a row of <c>bronze_fear_greed</c>.</summary>
/// <param name="Source">Who gave it, such as <c>alternative.me</c>.</param>
/// <param name="TsUnix">The publisher's time in Unix seconds, or null if no plausible one can be read: then the row has no key.</param>
/// <param name="IngestTime">When the bytes arrived.</param>
/// <param name="RawJson">The element as JSON text, whole.</param>
/// <param name="ApiEndpoint">The path that was asked, or the file name of a replay.</param>
/// <param name="ApiParamsHash">A hash of the request's parameters, or of the file's content.</param>
/// <param name="IngestRunId">The run that took it in.</param>
/// <param name="IndexValue">The value's text, unjudged.</param>
/// <param name="ValueClassification">The publisher's class, unjudged.</param>
/// <param name="TimeUntilUpdate">Seconds until the next value, as text; only the newest element has it.</param>
/// <param name="RescuedData">JSON object of the members that the wire form does not know, or null.</param>
public sealed record RawFearGreed(
    string Source,
    long? TsUnix,
    UnixMicros IngestTime,
    string RawJson,
    string ApiEndpoint,
    string ApiParamsHash,
    string IngestRunId,
    string? IndexValue,
    string? ValueClassification,
    string? TimeUntilUpdate,
    string? RescuedData)
{
    /// <summary>The key: <c>fear_greed|&lt;unix s&gt;</c>, or null.</summary>
    public string? UniqueKey => TsUnix is { } s ? KeyOf(s) : null;

    /// <summary>The instant that the publisher gives the value, or null.</summary>
    public UnixMicros? EventTime => TsUnix is { } s ? UnixMicros.FromSeconds(s) : null;

    /// <summary>The key of an instant.</summary>
    public static string KeyOf(long tsUnix) => string.Create(CultureInfo.InvariantCulture, $"fear_greed|{tsUnix}");
}
