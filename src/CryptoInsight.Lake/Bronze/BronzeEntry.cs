using CryptoInsight.Domain.Market;

namespace CryptoInsight.Lake.Bronze;

/// <summary>A row of Bronze as read back. A closed union.</summary>
public abstract record BronzeEntry
{
    private BronzeEntry()
    {
    }

    /// <summary>A row that ingestion wrote.</summary>
    public sealed record Readable(RawCandle Candle) : BronzeEntry;

    /// <summary>A row whose symbol or interval nobody here would have written: another writer put it there. It gets a verdict like any other.</summary>
    public sealed record Foreign(
        string Source, string? Symbol, string? Interval, string? UniqueKey, UnixMicros? EventTime, UnixMicros IngestTime, string RawJson, string IngestRunId) : BronzeEntry;

    /// <summary>One case per kind.</summary>
    public T Match<T>(Func<RawCandle, T> readable, Func<Foreign, T> foreign) => this switch
    {
        Readable r => readable(r.Candle),
        Foreign f => foreign(f),
        _ => throw new InvalidOperationException("The union is closed."),
    };
}
