namespace CryptoInsight.Sources.Files;

/// <summary>What one pass over a file found: enough to name the replay and to read it again.</summary>
/// <param name="FileName">The name without its folder: what Bronze keeps as the endpoint.</param>
/// <param name="Wrapping">What the content is wrapped in.</param>
/// <param name="Format">What the content is.</param>
/// <param name="Symbol">Whose candles.</param>
/// <param name="Interval">How long they are.</param>
/// <param name="Market">Of which market.</param>
/// <param name="MarketEvidence">Why that market: the option, the header, or the default.</param>
/// <param name="Rows">Rows that the file will give, readable or not.</param>
/// <param name="RowsUnreadable">Those among them that have no key.</param>
/// <param name="ContentSha256">Lower-case hex of the unwrapped content, so that a file and its .gz agree.</param>
/// <param name="ContentBytes">Length of the unwrapped content.</param>
/// <param name="FirstOpenTime">The earliest open time.</param>
/// <param name="LastOpenTime">The latest open time.</param>
/// <param name="TimeUnit">How open times are written.</param>
/// <param name="Damage">Why the content ends early, or null if it is whole; reading it will end in <see cref="TruncatedInputException"/>.</param>
public sealed record KlineFileFacts(
    string FileName,
    KlineFileWrapping Wrapping,
    KlineFileFormat Format,
    Symbol Symbol,
    Interval Interval,
    Market Market,
    string MarketEvidence,
    long Rows,
    long RowsUnreadable,
    string ContentSha256,
    long ContentBytes,
    UnixMicros FirstOpenTime,
    UnixMicros LastOpenTime,
    KlineTimeUnit TimeUnit,
    string? Damage)
{
    /// <summary>The <c>source</c> column of its rows.</summary>
    public string Source => Market == Market.Spot ? "replay.spot" : "replay.um";
}
