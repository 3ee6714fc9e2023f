using CryptoInsight.Delta.Actions;
using CryptoInsight.Domain.Market;

namespace CryptoInsight.Lake.Bronze;

/// <summary>The names of the positions that ingestion keeps in Bronze's commits.</summary>
public static class IngestPositions
{
    /// <summary>The bookmark of a series: the open time (ms) up to which everything expected is present or declared absent.</summary>
    public static string Bookmark(Symbol symbol, Interval interval) => $"ingest/{symbol.Code}/{interval.Code}";

    /// <summary>When a source that is asked as a whole last answered (Unix ms): a restart does not ask it again too soon.</summary>
    public const string LastAnswer = "ingest/last-answer";

    /// <summary>Where a source that is asked as a whole comes from (see <see cref="SeriesOrigin"/>): written with its first rows.</summary>
    public const string SourceOrigin = "origin/source";

    /// <summary>How far a backfill of its own came with a series: the open time (ms) up to which it has asked.</summary>
    /// <param name="run">Names the backfill; the same name goes on where it stopped.</param>
    public static string Backfill(string run, Symbol symbol, Interval interval) => $"backfill/{run}/{symbol.Code}/{interval.Code}";

    /// <summary>Rows done of a replayed index, by the hash of its content.</summary>
    public static string Replay(string contentSha256) => $"replay/{contentSha256}";

    /// <summary>Rows done of a replayed kline file: by the hash of its content, and by what it was replayed as, for an option or its name may say that and not its content.</summary>
    public static string Replay(string contentSha256, Symbol symbol, Interval interval) => $"replay/{contentSha256}/{symbol.Code}/{interval.Code}";

    /// <summary>Where a series comes from (see <see cref="SeriesOrigin"/>): written with its first rows.</summary>
    public static string Origin(Symbol symbol, Interval interval) => $"origin/{symbol.Code}/{interval.Code}";

    /// <summary>The newest version of Bronze from which rows were taken back with an operator's consent (RESTORE with <c>--accept-loss</c>): Silver follows by a full comparison.</summary>
    public const string LossAccepted = "bronze/loss-accepted";

    /// <summary>The bookmark as a position, never behind the one that is there.</summary>
    public static AppTransaction Advance(long? current, Symbol symbol, Interval interval, UnixMicros openTime) =>
        new(Bookmark(symbol, interval), Math.Max(current ?? long.MinValue, openTime.Milliseconds));
}
