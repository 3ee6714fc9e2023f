namespace CryptoInsight.Domain.Market;

/// <summary>One candle as a source gave it, before anybody judged it: a row of <c>bronze_charts</c>.</summary>
/// <param name="Source">Who gave it, such as <c>binance.spot.rest</c>.</param>
/// <param name="Symbol">The symbol it was asked for or labelled with.</param>
/// <param name="Interval">The interval it was asked for or labelled with.</param>
/// <param name="OpenTime">The candle's open time (<c>event_time</c>), or null if the bytes have none that can be read: then the row has no key.</param>
/// <param name="IngestTime">When the bytes arrived, by the exchange's clock as far as we can tell.</param>
/// <param name="RawJson">The bytes as JSON text in the wire's own order; elements that the wire schema lacks are in <paramref name="RescuedData"/> as well.</param>
/// <param name="ApiEndpoint">The path that was asked, or the file name of a replay.</param>
/// <param name="ApiParamsHash">A hash of the request's parameters, or of the file's content.</param>
/// <param name="IngestRunId">The run that took it in.</param>
/// <param name="RescuedData">JSON object of what the wire schema does not know, or null.</param>
public sealed record RawCandle(
    string Source,
    Symbol Symbol,
    Interval Interval,
    UnixMicros? OpenTime,
    UnixMicros IngestTime,
    string RawJson,
    string ApiEndpoint,
    string ApiParamsHash,
    string IngestRunId,
    string? RescuedData)
{
    /// <summary>The key, or null if there is no open time.</summary>
    public CandleKey? Key => OpenTime is { } t ? new CandleKey(Symbol, Interval, t) : null;
}
