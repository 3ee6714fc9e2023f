using CryptoInsight.Lake.Bronze;
using CryptoInsight.Lake.DeadLetters;
using CryptoInsight.Lake.Rows;
using CryptoInsight.Sources.Polling;

namespace CryptoInsight.Engine.Flows;

/// <summary>One question that is asked of a source again and again.</summary>
/// <param name="Subject">Whose answer it is, such as an account; null where there is only one question.</param>
public sealed record PolledQuestion<TRow>(string? Subject, SourcePoll<TRow> Poll)
{
    /// <summary>The name of its bookmark: when it was last answered.</summary>
    public string Bookmark => Subject is null ? IngestPositions.LastAnswer : $"{IngestPositions.LastAnswer}/{Subject}";
}

/// <summary>A source that answers as a whole, as the ingestion flow sees it.</summary>
/// <param name="Source">The <c>source</c> column of its rows.</param>
/// <param name="Say">Hears of trouble, one line each.</param>
public sealed record PolledSource<TRow>(
    string Source, string RunId, SeriesOrigin Origin, IReadOnlyList<PolledQuestion<TRow>> Questions, AppendedTable<TRow> Bronze, DeadLetterTable Letters, Action<string> Say)
{
    /// <summary>Of an answer the rows that Bronze has not got yet, read once before the first question; by default all are news.</summary>
    public Func<CancellationToken, Task<IAnswerMemory<TRow>>> Memory { get; init; } = _ => Task.FromResult<IAnswerMemory<TRow>>(new ForgetfulMemory<TRow>());
}
