using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CsCheck;
using static CryptoInsight.Domain.Tests.Candles;

namespace CryptoInsight.Domain.Tests.Signals;

public sealed class SymbolStateCodecSpecs
{
    private static readonly SignalContext s_context = Context("1m=[5m,1h]; 1M=[1M]", Watermarks.None.With(Of("1m"), Monday + TimeSpan.FromHours(40)), FearGreedIndex.Of([new(Monday, 5, "x")]));

    private static readonly SymbolState s_state =
        SymbolTransitions.Build(Btc, [.. Series("1m", [.. Enumerable.Range(0, 2_500).Select(i => 100.0 + (i % 13))]), .. Series("1M", 1, 2, 3)], s_context);

    [Fact]
    public void A_state_comes_back_with_the_same_rows_candles_and_bytes()
    {
        byte[] bytes = SymbolStateCodec.Write(s_state);
        SymbolState read = SymbolStateCodec.TryRead(bytes, Btc, s_context)!;
        Assert.Equal(s_state.HeldRows, read.HeldRows);
        Assert.Equal(s_state.HeldCandleCount, read.HeldCandleCount);
        Assert.Equal(s_state.HeldFrom(Of("1m")), read.HeldFrom(Of("1m")));
        Assert.Equal(bytes, SymbolStateCodec.Write(read));
        Assert.InRange(bytes.Length, 1_000, 12_000);
    }

    [Fact]
    public void An_empty_state_comes_back()
    {
        SymbolState empty = SymbolTransitions.Build(Btc, [], s_context);
        Assert.Empty(SymbolStateCodec.TryRead(SymbolStateCodec.Write(empty), Btc, s_context)!.HeldRows);
    }

    [Fact]
    public void Another_symbol_or_context_is_refused()
    {
        byte[] bytes = SymbolStateCodec.Write(s_state);
        Assert.Null(SymbolStateCodec.TryRead(bytes, Symbol.Parse("ETHUSDT"), s_context));
        Assert.Null(SymbolStateCodec.TryRead(bytes, Btc, s_context with { Watermarks = Watermarks.None }));
        Assert.Null(SymbolStateCodec.TryRead(bytes, Btc, s_context with { Index = FearGreedIndex.Empty }));
        Assert.Null(SymbolStateCodec.TryRead(bytes, Btc, s_context with { Index = FearGreedIndex.Of([new(Monday, 5, "y")]) }));
        Assert.Null(SymbolStateCodec.TryRead(bytes, Btc, s_context with { Settings = GoldScenario.SettingsOf("1m=[5m,1h]") }));
        Assert.NotNull(SymbolStateCodec.TryRead(bytes, Btc, s_context with { Settings = s_context.Settings.WithWatermarkDelay(TimeSpan.Zero) }));
    }

    [Fact]
    public void Damaged_bytes_are_refused_and_never_throw()
    {
        byte[] bytes = SymbolStateCodec.Write(s_state);
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Int[1, 255], Gen.Int[0, bytes.Length]).Sample((place, flip, length) =>
        {
            byte[] damaged = [.. bytes];
            damaged[place] ^= (byte)flip;
            Assert.Null(SymbolStateCodec.TryRead(damaged, Btc, s_context));
            Assert.True(length == bytes.Length || SymbolStateCodec.TryRead(bytes.AsSpan(0, length), Btc, s_context) is null);
        });
        Assert.Null(SymbolStateCodec.TryRead([], Btc, s_context));
    }
}
