using Akka.Configuration;
using Akka.Serialization;
using Akka.TestKit.Xunit2;
using CryptoInsight.Domain.Budget;
using CryptoInsight.Domain.Market;
using CryptoInsight.Engine.Budget;
using CryptoInsight.Engine.Options;
using CryptoInsight.Engine.Symbols;

namespace CryptoInsight.Engine.Tests.Budget;

public sealed class WeightWireSpecs() : TestKit(ConfigurationFactory.ParseString("akka { actor.provider = local, loglevel = ERROR }").WithFallback(ShippedConfig.Akka))
{
    private static readonly UnixMicros s_at = UnixMicros.FromMilliseconds(1_750_000_000_123);
    private static readonly NodeLease s_lease = new(new WeightLease(7, 20, s_at), "up-1/주문", long.MaxValue - 1, s_at + 60_000_000L);
    private static readonly WeightProtocol.WeightStanding s_standing = new("up-2", 9, s_at, 5_399, 5_400, 6_000, s_at + 1L, 3);

    private static readonly WeightProtocol.IMessage[] s_messages =
    [
        new WeightProtocol.AskWeight(3, "up-1", 2, true, s_at),
        new WeightProtocol.AskWeight(4, "up-1", 2, false, default),
        new WeightProtocol.GetStanding("up-1", s_at),
        new WeightProtocol.ReturnWeight(s_lease, new WeightFeedback.Answered(5_000)),
        new WeightProtocol.ReturnWeight(s_lease, new WeightFeedback.Answered(null)),
        new WeightProtocol.ReturnWeight(s_lease, new WeightFeedback.Throttled(TimeSpan.FromSeconds(437.5))),
        new WeightProtocol.ReturnWeight(s_lease, new WeightFeedback.Banned(s_at)),
        new WeightProtocol.ReturnWeight(s_lease, new WeightFeedback.Lost()),
        new WeightProtocol.WeightGranted(5, s_lease, s_standing),
        new WeightProtocol.WeightDelayed(6, s_at, WeightWait.Probing, s_standing),
        new WeightProtocol.WeightNeverFits(7, s_standing),
        s_standing,
    ];

    public static TheoryData<WeightProtocol.IMessage> Messages => [.. s_messages];

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_comes_back_as_it_was(WeightProtocol.IMessage message)
    {
        var serializer = Assert.IsType<SymbolSerializer>(Sys.Serialization.FindSerializerFor(message));
        Assert.Equal(message, Sys.Serialization.Deserialize(serializer.ToBinary(message), serializer.Identifier, serializer.Manifest(message)));
    }

    [Fact]
    public void Every_record_of_the_protocol_is_among_them_and_has_a_manifest_of_its_own()
    {
        var serializer = (SerializerWithStringManifest)Sys.Serialization.FindSerializerForType(typeof(WeightProtocol.AskWeight));
        Assert.Equal(typeof(WeightProtocol).GetNestedTypes().Where(t => !t.IsInterface).Order(ByName()), s_messages.Select(m => m.GetType()).Distinct().Order(ByName()));
        Assert.Equal(s_messages.Select(m => m.GetType()).Distinct().Count(), s_messages.Select(serializer.Manifest).Distinct().Count());
    }

    [Fact]
    public void A_manifest_of_another_version_is_refused_by_name() =>
        Assert.Contains("different versions", Assert.Throws<System.Runtime.Serialization.SerializationException>(
            () => Sys.Serialization.FindSerializerForType(typeof(WeightProtocol.AskWeight)) is SymbolSerializer s ? s.FromBinary([], "w?") : new object()).Message, StringComparison.Ordinal);

    private static Comparer<Type> ByName() => Comparer<Type>.Create((a, b) => string.CompareOrdinal(a.Name, b.Name));
}
