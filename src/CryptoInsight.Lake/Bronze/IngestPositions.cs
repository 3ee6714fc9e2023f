using CryptoInsight.Delta.Actions;
using CryptoInsight.Domain.Market;

namespace CryptoInsight.Lake.Bronze;

/// <summary>The names of the positions that ingestion keeps in Bronze's commits.</summary>
public static class IngestPositions
{
    /// <summary>The bookmark of a series: the open time (ms) up to which everything expected is present or declared absent.</summary>
    public static string Bookmark(Symbol symbol, Interval interval) => $"ingest/{symbol.Code}/{interval.Code}";

    /// <summary>Rows done of a replayed file, by the hash of its content.</summary>
    public static string Replay(string contentSha256) => $"replay/{contentSha256}";

    /// <summary>Where a series comes from (see <see cref="SeriesOrigin"/>): written with its first rows.</summary>
    public static string Origin(Symbol symbol, Interval interval) => $"origin/{symbol.Code}/{interval.Code}";

    /// <summary>The newest version of Bronze from which rows were taken back with an operator's consent (RESTORE with <c>--accept-loss</c>): Silver follows by a full comparison.</summary>
    public const string LossAccepted = "bronze/loss-accepted";

    /// <summary>The bookmark as a position, never behind the one that is there.</summary>
    public static AppTransaction Advance(long? current, Symbol symbol, Interval interval, UnixMicros openTime) =>
        new(Bookmark(symbol, interval), Math.Max(current ?? long.MinValue, openTime.Milliseconds));
}
