using Akka;
using Akka.Streams;
using Akka.Streams.Dsl;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Domain.Market;
using CryptoInsight.Engine.Options;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Lake.DeadLetters;
using CryptoInsight.Sources.Binance;
using CryptoInsight.Sources.Polling;

namespace CryptoInsight.Engine.Flows;

/// <summary>A source that is polled to Bronze: each answer's rows and the time of the answer in one commit, what cannot be taken to the dead letters.</summary>
/// <remarks>Back-pressure runs from the commit to the request. A fault of the disk starts the stream again from the bookmark, with backoff.</remarks>
public static class PollToBronze
{
    private const int EventsMax = 64;

    private static readonly TimeSpan s_gather = TimeSpan.FromMilliseconds(500);

    private sealed record Told<TRow>(PolledQuestion<TRow> Question, PollEvent<TRow> Event);

    /// <summary>The graph; it ends when the source refuses every question, or with <paramref name="stopping"/>.</summary>
    public static IRunnableGraph<Task<Done>> Graph<TRow>(PolledSource<TRow> source, BackoffOptions backoff, Action<CommitOutcome> observe, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(backoff);
        RestartSettings restarts = RestartSettings.Create(backoff.Min, backoff.Max, 0.2);
        return RestartSource.OnFailuresWithBackoff(() => Once(source, stopping), restarts)
            .ToMaterialized(Sink.ForEach(observe), Keep.Right);
    }

    private static Source<CommitOutcome, NotUsed> Once<TRow>(PolledSource<TRow> source, CancellationToken stopping)
    {
        Task<IAnswerMemory<TRow>> memory = source.Memory(stopping);
        return Source.From(source.Questions)
            .MergeMany(Math.Max(1, source.Questions.Count), q => Source.From(() => q.Poll.RunAsync(LastAnswer(source, q), stopping)).Select(e => new Told<TRow>(q, e)))
            .GroupedWithin(EventsMax, s_gather)
            .SelectAsync(1, told => SaidAsync([.. told], source, memory)); // 1: bookmarks only grow
    }

    /// <summary>The commit; a fault is said before the stream starts again, so that nobody wonders where the rows are.</summary>
    private static async Task<CommitOutcome> SaidAsync<TRow>(IReadOnlyList<Told<TRow>> told, PolledSource<TRow> source, Task<IAnswerMemory<TRow>> memory)
    {
        try
        {
            return await CommitAsync(told, source, await memory.ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is IOException or DeltaException or UnauthorizedAccessException)
        {
            source.Say($"{source.Source}: {HostileText.Show(fault.Message.AsSpan(), 300)} What was asked for is asked for again.");
            throw;
        }
    }

    private static UnixMicros? LastAnswer<TRow>(PolledSource<TRow> source, PolledQuestion<TRow> question) =>
        source.Bronze.Table.Snapshot.TransactionVersion(question.Bookmark) is { } ms ? UnixMicros.FromMilliseconds(ms) : null;

    private static async Task<CommitOutcome> CommitAsync<TRow>(IReadOnlyList<Told<TRow>> told, PolledSource<TRow> source, IAnswerMemory<TRow> memory)
    {
        List<DeadLetter> letters = [];
        List<TRow> answers = [];
        List<AppTransaction> bookmarks = [];
        foreach (Told<TRow> one in told)
        {
            string who = one.Question.Subject is { } subject ? $"{source.Source} {subject}" : source.Source;
            _ = one.Event.Match<object?>(
                fetched =>
                {
                    answers.AddRange(fetched.Rows);
                    bookmarks.Add(new AppTransaction(one.Question.Bookmark, fetched.At.Milliseconds));
                    return null;
                },
                delayed =>
                {
                    source.Say($"{who}: {HostileText.Show(delayed.Why.AsSpan(), 300)}; asked again at {delayed.Until}");
                    return null;
                },
                rejected =>
                {
                    letters.Add(DeadLetter.OfRow(
                        source.Source, one.Question.Subject, null, rejected.At, rejected.At, rejected.PayloadJson, source.RunId, rejected.Code, rejected.Why, ""));
                    string next = rejected.Until is { } until ? $"asked again at {until}" : "not asked again by this run";
                    source.Say($"{who}: the answer was refused ({rejected.Code}: {HostileText.Show(rejected.Why.AsSpan(), 300)}); {next}. It lies in the dead letters.");
                    return null;
                });
        }

        if (letters.Count > 0)
        {
            await source.Letters.AppendAsync(letters).ConfigureAwait(false);
        }

        IReadOnlyList<TRow> news = memory.News(answers);
        if (bookmarks.Count == 0)
        {
            return new CommitOutcome.Nothing(source.Bronze.Table.Snapshot.Version);
        }

        IEnumerable<AppTransaction> origin = news.Count > 0 ? [new AppTransaction(IngestPositions.SourceOrigin, (long)source.Origin)] : [];
        CommitOutcome outcome = await source.Bronze.AppendAsync(news, [.. bookmarks.GroupBy(b => b.AppId).Select(g => g.MaxBy(b => b.Version)!), .. origin]).ConfigureAwait(false);
        memory.Appended(news);
        return outcome;
    }
}
