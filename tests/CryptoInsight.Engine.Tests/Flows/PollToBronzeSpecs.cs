using Akka.Actor;
using Akka.Streams;
using Akka.Streams.Dsl;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Sentiment;
using CryptoInsight.Engine.Flows;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Sources.Http;
using CryptoInsight.Sources.Polling;

namespace CryptoInsight.Engine.Tests.Flows;

public sealed class PollToBronzeSpecs : IDisposable
{
    private static readonly UnixMicros s_now = UnixMicros.FromSeconds(1_767_225_600);

    private readonly ActorSystem _system = ActorSystem.Create("poll-to-bronze");
    private readonly MemoryLake _memory = new();
    private readonly List<string> _said = [];

    public void Dispose() => _system.Dispose();

    [Fact]
    public async Task An_answer_and_the_time_it_came_are_one_commit()
    {
        LakeTables lake = await _memory.OpenAsync();
        await RunAsync(lake, Answered(Raw(0, 50), Raw(1, 60)));
        Assert.Equal(1, lake.FearGreed.Bronze.Table.Snapshot.Version);
        Assert.Equal(2, lake.FearGreed.Bronze.Table.Snapshot.RowCount);
        Assert.Equal(s_now.Milliseconds, lake.FearGreed.Bronze.Table.Snapshot.TransactionVersion(IngestPositions.LastAnswer));
        Assert.Equal((long)SeriesOrigin.Simulated, lake.FearGreed.Bronze.Table.Snapshot.TransactionVersion(IngestPositions.SourceOrigin));
    }

    [Fact]
    public async Task Of_a_history_that_is_asked_for_again_only_what_is_new_or_revised_is_appended()
    {
        await RunAsync(await _memory.OpenAsync(), Answered(Raw(0, 50), Raw(1, 60, until: "3600")));
        LakeTables lake = await _memory.OpenAsync();
        await RunAsync(lake, Answered(Raw(0, 51), Raw(1, 60), Raw(2, 70)));
        Assert.Equal(4, lake.FearGreed.Bronze.Table.Snapshot.RowCount);
        await RunAsync(await _memory.OpenAsync(), Answered(Raw(0, 51), Raw(1, 60), Raw(2, 70)));
        Assert.Equal(4, (await lake.FearGreed.Bronze.Table.RefreshAsync()).RowCount);
    }

    [Fact]
    public async Task What_cannot_be_taken_lies_in_the_dead_letters_and_is_said()
    {
        LakeTables lake = await _memory.OpenAsync();
        await RunAsync(
            lake,
            new FetchOutcome<IReadOnlyList<RawFearGreed>>.Unreadable("half a document\u001b[2J", "\"{\""),
            new FetchOutcome<IReadOnlyList<RawFearGreed>>.Transient("down"),
            Answered(Raw(0, 50)),
            new FetchOutcome<IReadOnlyList<RawFearGreed>>.Refused(403, "no", "\"no\""));
        Assert.Equal(2, (await lake.FearGreed.DeadLetters.Table.RefreshAsync()).RowCount);
        Assert.Equal(1, lake.FearGreed.Bronze.Table.Snapshot.RowCount);
        Assert.Equal(3, _said.Count);
        Assert.DoesNotContain(_said, s => s.Contains('\u001b', StringComparison.Ordinal));
    }

    private async Task RunAsync(LakeTables lake, params FetchOutcome<IReadOnlyList<RawFearGreed>>[] answers)
    {
        var queue = new Queue<FetchOutcome<IReadOnlyList<RawFearGreed>>>(answers);
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var poll = new SourcePoll<RawFearGreed>(
            _ => Task.FromResult(queue.TryDequeue(out FetchOutcome<IReadOnlyList<RawFearGreed>>? next) ? next : new FetchOutcome<IReadOnlyList<RawFearGreed>>.Refused(410, "that was all", "null")),
            new PollRhythm(TimeSpan.Zero, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(2)),
            1,
            TimeProvider.System);
        var source = new PolledSource<RawFearGreed>(
            "paper", "run", SeriesOrigin.Simulated, [new PolledQuestion<RawFearGreed>(null, poll)], lake.FearGreed.Bronze, lake.FearGreed.DeadLetters, line => _said.Add(line))
        {
            Memory = ct => FearGreedMemory.LoadAsync(lake.FearGreed.Bronze, ct),
        };
        int before = _said.Count;
        await PollToBronze.Graph(source, stop.Token).RunWith(Sink.Ignore<IngestCommit>(), _system.Materializer());
        if (answers[^1] is not FetchOutcome<IReadOnlyList<RawFearGreed>>.Refused)
        {
            Assert.Contains("http_410", _said[^1], StringComparison.Ordinal);
            _said.RemoveRange(before, _said.Count - before);
        }
    }

    private static FetchOutcome<IReadOnlyList<RawFearGreed>> Answered(params RawFearGreed[] rows) => new FetchOutcome<IReadOnlyList<RawFearGreed>>.Answered(rows, s_now);

    private static RawFearGreed Raw(int day, int value, string? until = null) =>
        new("paper", (17_563L + day) * 86_400, s_now + (long)value, $$"""{"value":{{value}}}""", "/fng/", "hash", "run", $"{value}", "Fear", until, null);
}
