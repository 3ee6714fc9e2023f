using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;
using Akka.TestKit.Xunit2;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine.Options;
using CryptoInsight.Engine.Symbols;

namespace CryptoInsight.Engine.Tests.Symbols;

public sealed class SymbolSerializerSpecs() : TestKit(ConfigurationFactory.ParseString("akka { actor.serialize-messages = on, actor.provider = local, loglevel = ERROR }").WithFallback(ShippedConfig.Akka))
{
    private static readonly Interval s_fourHours = Interval.Parse("4h");

    private static readonly SignalPosition s_from = new(
        41, 7, long.MaxValue - 3, Watermarks.None.With(Sample.Minute, Sample.MinuteAt(5)).With(s_fourHours, Sample.Start), FearGreedIndex.Of([new FearGreedPoint(Sample.Start, 40, "Fear")]));

    private static readonly SignalPosition s_to = s_from with { SilverVersion = 42, IndexVersion = -1, Index = FearGreedIndex.Empty };

    private static IReadOnlyList<CandleChange> Changes =>
    [
        new CandleChange.Put(Sample.Minute, Sample.Silver(Sample.Btc, 9, 100.25).Candle),
        new CandleChange.Drop(s_fourHours, Sample.Start),
        new CandleChange.Put(s_fourHours, Sample.Silver(Sample.Btc, 0, 1e-8).Candle with { QuoteVolume = null, Trades = null, TakerBuyBase = null, TakerBuyQuote = null }),
        new CandleChange.Put(Sample.Minute, Sample.Silver(Sample.Btc, 3, 7).Candle),
    ];

    private static IReadOnlyList<SignalRow> Rows => SymbolTransitions.Rows(
        Sample.Btc, [.. Enumerable.Range(0, 400).Select(m => (Sample.Minute, Sample.Silver(Sample.Btc, m * 7, 100 + (m % 17)).Candle))],
        new SignalContext(SignalSettings.Default(), Watermarks.None.With(Sample.Minute, Sample.MinuteAt(1_000)), s_from.Index!));

    [Fact]
    public void A_question_round_trips_and_names_the_index_by_version_only()
    {
        var question = new SymbolProtocol.ComputeSignals("run/7", Sample.Btc, s_from, s_to, Changes);
        var back = Assert.IsType<SymbolProtocol.ComputeSignals>(RoundTrip(question));
        Assert.Equal(question with { Changes = back.Changes }, back);
        Assert.Equal(question.Changes, back.Changes);
        Assert.Null(back.From.Index);
        Assert.Same(FearGreedIndex.Empty, back.To.Index);
    }

    [Fact]
    public void Every_other_message_round_trips()
    {
        Assert.Equal(new SymbolProtocol.ComputeAllSignals("r/1", Sample.Eth, s_from), RoundTrip(new SymbolProtocol.ComputeAllSignals("r/1", Sample.Eth, s_from)));
        Assert.Equal(new SymbolProtocol.StateLost("r/2", Sample.Eth, "gone"), RoundTrip(new SymbolProtocol.StateLost("r/2", Sample.Eth, "gone")));
        Assert.Equal(new SymbolProtocol.ComputeFailed("r/3", Sample.Eth, "disk"), RoundTrip(new SymbolProtocol.ComputeFailed("r/3", Sample.Eth, "disk")));
        SignalKey[] deletes = [.. Rows.Take(9).Select(r => r.Key)];
        var answer = Assert.IsType<SymbolProtocol.SignalsComputed>(RoundTrip(new SymbolProtocol.SignalsComputed("r/4", Sample.Btc, new SignalDelta(Rows, deletes))));
        Assert.Equal(Rows, answer.Delta.Upserts); // SignalRow compares bit for bit
        Assert.Equal(deletes, answer.Delta.Deletes);
        Assert.Contains(Rows, r => r.Ma200 is not null && r.AboveMa200 is not null && r.PctChange24h is not null);
        Assert.Contains(Rows, r => r.Ma200 is null && r.CrossEvent is null);
    }

    [Fact]
    public void Every_record_of_the_protocol_has_a_manifest()
    {
        var serializer = (SymbolSerializer)Sys.Serialization.FindSerializerForType(typeof(SymbolProtocol.ComputeSignals));
        object[] messages =
        [
            new SymbolProtocol.ComputeSignals("r", Sample.Btc, s_from, s_to, []), new SymbolProtocol.ComputeAllSignals("r", Sample.Btc, s_from),
            new SymbolProtocol.SignalsComputed("r", Sample.Btc, SignalDelta.Empty), new SymbolProtocol.StateLost("r", Sample.Btc, ""), new SymbolProtocol.ComputeFailed("r", Sample.Btc, ""),
        ];
        Assert.Equal(
            typeof(SymbolProtocol).GetNestedTypes().Where(t => !t.IsInterface).Select(t => t.Name).Order(), messages.Select(m => m.GetType().Name).Order());
        Assert.Equal(messages.Length, messages.Select(serializer.Manifest).Distinct().Count());
        Assert.All(messages, m => Assert.Equal(1, serializer.Manifest(m).Length));
    }

    [Fact]
    public void A_question_of_a_thousand_symbols_without_changes_is_small()
    {
        byte[] one = Serializer().ToBinary(new SymbolProtocol.ComputeSignals("01J0000000-run/123456", Sample.Btc, s_from, s_to, []));
        Assert.InRange(one.Length, 50, 160); // a thousand: 0.15 MB; with 3,000 points of the index in each it would be 60 MB
    }

    [Fact]
    public async Task Questions_and_answers_pass_a_system_that_serialises_every_message()
    {
        IActorRef symbols = Sys.ActorOf(Props.Create(() => new Echo()));
        var asker = new SymbolAsker(Sys, symbols, "run", TimeSpan.FromSeconds(5));
        SymbolAnswers answers = await asker.AskAsync([Sample.Btc, Sample.Eth], s_from, s_to, new Dictionary<Symbol, List<CandleChange>> { [Sample.Btc] = [.. Changes] }, default);
        Assert.Equal([Sample.Btc, Sample.Eth], answers.Delta.Deletes.Select(d => d.Symbol));
        Assert.Equal(Sample.MinuteAt(4), answers.Delta.Deletes[0].BucketStart); // four changes
    }

    private Serializer Serializer() => Sys.Serialization.FindSerializerForType(typeof(SymbolProtocol.ComputeSignals));

    private object RoundTrip(object message)
    {
        var serializer = (SerializerWithStringManifest)Sys.Serialization.FindSerializerFor(message);
        return Sys.Serialization.Deserialize(serializer.ToBinary(message), serializer.Identifier, serializer.Manifest(message));
    }

    private sealed class Echo : ReceiveActor
    {
        public Echo() => Receive<SymbolProtocol.ComputeSignals>(q => Sender.Tell(
            new SymbolProtocol.SignalsComputed(q.RequestId, q.Symbol, new SignalDelta([], [new SignalKey(q.Symbol, Sample.Minute, Sample.MinuteAt(q.Changes.Count))]))));
    }
}
