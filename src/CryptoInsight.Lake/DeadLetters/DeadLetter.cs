using System.Security.Cryptography;
using System.Text;
using CryptoInsight.Domain.Market;
using CryptoInsight.Lake.Bronze;

namespace CryptoInsight.Lake.DeadLetters;

/// <summary>A row of a dead-letter table: what was refused, why, and by which run.</summary>
public sealed record DeadLetter(
    string DlqId,
    string Source,
    string ErrorCode,
    string ErrorMessage,
    string PayloadJson,
    string? UniqueKey,
    UnixMicros? EventTime,
    UnixMicros IngestTime,
    string IngestRunId,
    string JobRunId,
    string State)
{
    public const string Quarantined = "quarantined";
    public const string Replayed = "replayed";
    public const string Rejected = "rejected";

    /// <summary>The partition, the same as the Bronze row's: days since the epoch.</summary>
    public int Day => (EventTime ?? IngestTime).Day;

    /// <summary>True if ingestion wrote it (a request that was refused): there is no Bronze row behind it.</summary>
    public bool IsOfRequest => JobRunId.Length == 0;

    /// <summary>The dead letter of a Bronze row; its id is a hash of the row's content, so that the same row is the same letter however often it is judged.</summary>
    public static DeadLetter Of(BronzeEntry entry, string code, string message, string jobRunId) => entry.Match(
        raw => New(raw.Source, raw.Symbol.Code, raw.Interval.Code, raw.Key?.UniqueKey, raw.OpenTime, raw.IngestTime, raw.RawJson, raw.IngestRunId),
        foreign => New(foreign.Source, foreign.Symbol, foreign.Interval, foreign.UniqueKey, foreign.EventTime, foreign.IngestTime, foreign.RawJson, foreign.IngestRunId))
        with { ErrorCode = code, ErrorMessage = message, JobRunId = jobRunId };

    /// <summary>The dead letter of a request that the exchange refused.</summary>
    /// <param name="series">What was asked for, for people.</param>
    public static DeadLetter OfRequest(string source, string series, string code, string message, string payload, UnixMicros from, UnixMicros at, string ingestRunId) =>
        New(source, series, null, null, from, at, payload, ingestRunId) with { ErrorCode = code, ErrorMessage = message };

    private static DeadLetter New(
        string source, string? symbol, string? interval, string? key, UnixMicros? eventTime, UnixMicros ingestTime, string payload, string ingestRunId)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string? part in (string?[])[source, symbol, interval, key, eventTime?.ToString(), ingestTime.ToString(), payload, ingestRunId])
        {
            byte[] bytes = Encoding.UTF8.GetBytes(part ?? "");
            hash.AppendData(BitConverter.GetBytes(part is null ? -1 : bytes.Length)); // lengths keep ("a", "bc") apart from ("ab", "c")
            hash.AppendData(bytes);
        }

        string id = Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
        return new DeadLetter(id, source, "", "", payload, key, eventTime, ingestTime, ingestRunId, "", Quarantined);
    }
}
