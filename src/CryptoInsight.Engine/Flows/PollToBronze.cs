using Akka.Streams;
using Akka.Streams.Dsl;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Domain.Market;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Lake.DeadLetters;
using CryptoInsight.Sources.Binance;
using CryptoInsight.Sources.Polling;

namespace CryptoInsight.Engine.Flows;

/// <summary>A source that is polled to Bronze: each answer's rows and the time of the answer in one commit, what cannot be taken to the dead letters.</summary>
/// <remarks>Back-pressure runs from the commit to the request. After a fault of the disk the job starts the stream again from the bookmark.</remarks>
public static class PollToBronze
{
    private const int EventsMax = 64;

    private static readonly TimeSpan s_gather = TimeSpan.FromMilliseconds(500);

    private sealed record Told<TRow>(PolledQuestion<TRow> Question, PollEvent<TRow> Event);

    /// <summary>Its commits; they end when the source refuses every question, or by the switch, after the commit under way.</summary>
    public static Source<IngestCommit, IKillSwitch> Graph<TRow>(PolledSource<TRow> source, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(source);
        Task<IAnswerMemory<TRow>> memory = source.Memory(stopping);
        return Source.From(source.Questions)
            .MergeMany(Math.Max(1, source.Questions.Count), q => Source.From(() => q.Poll.RunAsync(LastAnswer(source, q), stopping)).Select(e => new Told<TRow>(q, e)))
            .ViaMaterialized(KillSwitches.Single<Told<TRow>>(), (_, stop) => (IKillSwitch)stop)
            .GroupedWithin(EventsMax, s_gather)
            .SelectAsync(1, told => SaidAsync([.. told], source, memory)); // 1: bookmarks only grow
    }

    /// <summary>The commit; a fault is said before the stream starts again, so that nobody wonders where the rows are.</summary>
    private static async Task<IngestCommit> SaidAsync<TRow>(IReadOnlyList<Told<TRow>> told, PolledSource<TRow> source, Task<IAnswerMemory<TRow>> memory)
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

    private static async Task<IngestCommit> CommitAsync<TRow>(IReadOnlyList<Told<TRow>> told, PolledSource<TRow> source, IAnswerMemory<TRow> memory)
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
            return new IngestCommit(source.Bronze.Table.Snapshot.Version, 0);
        }

        IEnumerable<AppTransaction> origin = news.Count > 0 ? [new AppTransaction(IngestPositions.SourceOrigin, (long)source.Origin)] : [];
        await source.Bronze.AppendAsync(news, [.. bookmarks.GroupBy(b => b.AppId).Select(g => g.MaxBy(b => b.Version)!), .. origin]).ConfigureAwait(false);
        memory.Appended(news);
        return new IngestCommit(source.Bronze.Table.Snapshot.Version, news.Count);
    }
}
