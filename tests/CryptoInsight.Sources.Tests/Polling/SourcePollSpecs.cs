using CryptoInsight.Sources.Http;
using CryptoInsight.Sources.Polling;

namespace CryptoInsight.Sources.Tests.Polling;

public sealed class SourcePollSpecs
{
    private readonly ManualTime _time = new("2025-06-01T12:00:00Z");
    private readonly List<DateTimeOffset> _asked = [];
    private readonly Queue<FetchOutcome<IReadOnlyList<int>>> _answers = new();

    [Fact]
    public async Task Answers_are_24_hours_apart()
    {
        await PollAsync(4, lastAnswer: null);
        Assert.Equal(4, _asked.Count);
        Assert.Equal(_time.GetUtcNow().Date, new DateTime(2025, 6, 4));
        Assert.All(_asked.Zip(_asked.Skip(1)), p => Assert.InRange(p.Second - p.First, TimeSpan.FromHours(24), TimeSpan.FromHours(24) + TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task A_restart_does_not_ask_again_before_its_time()
    {
        UnixMicros last = _time.Micros - TimeSpan.FromHours(5);
        await PollAsync(1, last);
        Assert.InRange(UnixMicros.From(_asked[0]) - last, 24L * 3600 * UnixMicros.PerSecond, (24L * 3600 + 1) * UnixMicros.PerSecond);
    }

    [Fact]
    public async Task A_bookmark_of_a_clock_that_was_wrong_delays_by_one_day_at_the_most()
    {
        await PollAsync(1, _time.Micros + TimeSpan.FromDays(400));
        Assert.InRange(_asked[0] - new DateTimeOffset(2025, 6, 1, 12, 0, 0, TimeSpan.Zero), TimeSpan.FromHours(24), TimeSpan.FromHours(24) + TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Faults_back_off_longer_each_time_and_an_answer_ends_it()
    {
        for (int i = 0; i < 8; i++)
        {
            _answers.Enqueue(new FetchOutcome<IReadOnlyList<int>>.Transient("down"));
        }

        IReadOnlyList<PollEvent<int>> told = await PollAsync(9, null);
        TimeSpan[] waits = [.. _asked.Zip(_asked.Skip(1)).Select(p => p.Second - p.First)];
        Assert.InRange(waits[0], TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1.11));
        Assert.InRange(waits[2], TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(4.41));
        Assert.InRange(waits[7], TimeSpan.FromHours(1), TimeSpan.FromHours(1.11));
        Assert.IsType<PollEvent<int>.Fetched>(told[^1]);
    }

    [Fact]
    public async Task Silence_that_was_asked_for_is_kept()
    {
        _answers.Enqueue(new FetchOutcome<IReadOnlyList<int>>.Throttled(TimeSpan.FromHours(3), "slow down"));
        await PollAsync(2, null);
        Assert.InRange(_asked[1] - _asked[0], TimeSpan.FromHours(3), TimeSpan.FromHours(3.31));
    }

    [Fact]
    public async Task A_refusal_is_told_with_its_evidence_and_ends_it()
    {
        _answers.Enqueue(new FetchOutcome<IReadOnlyList<int>>.Unreadable("half", "\"{\""));
        _answers.Enqueue(new FetchOutcome<IReadOnlyList<int>>.Refused(403, "no", "\"no\""));
        IReadOnlyList<PollEvent<int>> told = await PollAsync(10, null);
        Assert.Equal(
            [("unreadable_answer", "\"{\"", true), ("http_403", "\"no\"", false)],
            told.Cast<PollEvent<int>.Rejected>().Select(r => (r.Code, r.PayloadJson, r.Until is not null)));
        Assert.Equal(2, _asked.Count);
    }

    private async Task<IReadOnlyList<PollEvent<int>>> PollAsync(int count, UnixMicros? lastAnswer)
    {
        var poll = new SourcePoll<int>(
            _ =>
            {
                _asked.Add(_time.GetUtcNow());
                return Task.FromResult(_answers.TryDequeue(out FetchOutcome<IReadOnlyList<int>>? next) ? next : new FetchOutcome<IReadOnlyList<int>>.Answered([1], _time.Micros));
            },
            PollRhythm.Daily,
            7,
            _time);
        return await _time.RunUntilAsync(GatherAsync(poll.RunAsync(lastAnswer, CancellationToken.None), count), TimeSpan.FromDays(2));
    }

    private static async Task<IReadOnlyList<PollEvent<int>>> GatherAsync(IAsyncEnumerable<PollEvent<int>> told, int count)
    {
        var all = new List<PollEvent<int>>();
        await foreach (PollEvent<int> one in told)
        {
            all.Add(one);
            if (all.Count == count)
            {
                break;
            }
        }

        return all;
    }
}
