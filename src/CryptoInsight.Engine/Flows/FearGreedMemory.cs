using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Sentiment;
using CryptoInsight.Lake.FearGreed;

namespace CryptoInsight.Engine.Flows;

/// <summary>Of every day of the index what was appended last: an element is news if it says something else. The countdown to the next value is no news.</summary>
public sealed class FearGreedMemory : IAnswerMemory<RawFearGreed>
{
    private readonly Dictionary<string, (UnixMicros At, string Content)> _last = new(StringComparer.Ordinal);

    /// <summary>Reads Bronze.</summary>
    public static async Task<IAnswerMemory<RawFearGreed>> LoadAsync(BronzeFearGreedTable bronze, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(bronze);
        var memory = new FearGreedMemory();
        await foreach (IReadOnlyList<RawFearGreed> rows in bronze.ReadAsync(await bronze.Table.RefreshAsync(ct).ConfigureAwait(false), ct).ConfigureAwait(false))
        {
            memory.Appended(rows);
        }

        return memory;
    }

    public IReadOnlyList<RawFearGreed> News(IReadOnlyList<RawFearGreed> rows) => [.. rows.Where(r => !_last.TryGetValue(NameOf(r), out (UnixMicros, string Content) last) || last.Content != ContentOf(r))];

    public void Appended(IReadOnlyList<RawFearGreed> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        foreach (RawFearGreed row in rows)
        {
            if (!_last.TryGetValue(NameOf(row), out (UnixMicros At, string) last) || row.IngestTime >= last.At)
            {
                _last[NameOf(row)] = (row.IngestTime, ContentOf(row));
            }
        }
    }

    // A row without a key is known by all that it is.
    private static string NameOf(RawFearGreed row) => row.UniqueKey ?? row.RawJson;

    private static string ContentOf(RawFearGreed row) => $"{row.IndexValue}\n{row.ValueClassification}\n{row.RescuedData}";
}
