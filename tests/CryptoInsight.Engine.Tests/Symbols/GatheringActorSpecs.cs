using Akka.TestKit;
using Akka.TestKit.Xunit2;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine.Symbols;

namespace CryptoInsight.Engine.Tests.Symbols;

/// <summary>The actor in virtual time: no test waits for the clock.</summary>
public sealed class GatheringActorSpecs() : TestKit("akka { scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\", loglevel = ERROR }")
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);
    private static readonly SignalPosition s_at = new(3, -1, 1, Watermarks.None, FearGreedIndex.Empty);

    private TestScheduler Time => (TestScheduler)Sys.Scheduler;

    [Fact]
    public async Task A_lost_question_is_asked_again_under_its_id_after_the_time_out_and_not_before()
    {
        TestProbe shards = CreateTestProbe();
        Task<SymbolAnswers> answers = Ask(shards, Sample.Btc, Sample.Eth);
        var btc = shards.ExpectMsg<SymbolProtocol.ComputeSignals>();
        var eth = shards.ExpectMsg<SymbolProtocol.ComputeSignals>();
        shards.Reply(Answer(eth));
        Time.Advance(s_timeout - TimeSpan.FromMilliseconds(1));
        shards.ExpectNoMsg(TimeSpan.Zero);
        Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(btc.RequestId, shards.ExpectMsg<SymbolProtocol.ComputeSignals>().RequestId);
        shards.Reply(Answer(btc));
        Assert.Equal([Sample.Btc, Sample.Eth], (await answers).Delta.Deletes.Select(d => d.Symbol));
    }

    [Fact]
    public async Task Whoever_never_answers_fails_the_step_by_name()
    {
        TestProbe shards = CreateTestProbe();
        Task<SymbolAnswers> answers = Ask(shards, Sample.Btc);
        for (int i = 0; i < SymbolAsker.AttemptsMax; i++)
        {
            shards.ExpectMsg<SymbolProtocol.ComputeSignals>();
            Time.Advance(s_timeout);
        }

        Assert.Contains("BTCUSDT", (await Assert.ThrowsAsync<TimeoutException>(() => answers)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_that_is_cancelled_ends()
    {
        using var stop = new CancellationTokenSource();
        TestProbe shards = CreateTestProbe();
        Task<SymbolAnswers> answers = new SymbolAsker(Sys, shards, "run", s_timeout).AskAsync([Sample.Btc], s_at, s_at, new Dictionary<Symbol, List<CandleChange>>(), stop.Token);
        shards.ExpectMsg<SymbolProtocol.ComputeSignals>();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answers);
    }

    private Task<SymbolAnswers> Ask(TestProbe shards, params Symbol[] symbols) =>
        new SymbolAsker(Sys, shards, "run", s_timeout).AskAsync(symbols, s_at, s_at with { SilverVersion = 4 }, new Dictionary<Symbol, List<CandleChange>>(), default);

    private static SymbolProtocol.SignalsComputed Answer(SymbolProtocol.ComputeSignals question) =>
        new(question.RequestId, question.Symbol, new SignalDelta([], [new SignalKey(question.Symbol, Sample.Minute, Sample.Start)]));
}
