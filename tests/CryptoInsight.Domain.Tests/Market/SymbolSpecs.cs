using System.Text;
using CryptoInsight.Domain.Market;
using CsCheck;

namespace CryptoInsight.Domain.Tests.Market;

public sealed class SymbolSpecs
{
    [Theory]
    [InlineData("BTCUSDT")]
    [InlineData("1000SHIBUSDT")]
    [InlineData("币安人生USDT")]
    [InlineData("ab")]
    [InlineData("𠀀USDT")] // a letter outside the basic plane
    [InlineData("٣")] // a decimal digit of another script
    public void Letters_and_digits_of_any_script_are_symbols(string text)
    {
        Assert.True(Symbol.TryParse(text, out Symbol symbol));
        Assert.Equal(text, symbol.Code);
        Assert.Equal(Symbol.Parse(text), symbol);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("../../etc")]
    [InlineData("BTC USDT")]
    [InlineData("BTC-USDT")]
    [InlineData("BTC_240329")]
    [InlineData("BTC\n")]
    [InlineData("BTC\0")]
    [InlineData("😀")] // a symbol, not a letter, outside the basic plane
    [InlineData("e\u0301")] // a letter with a combining mark
    [InlineData("Ⅷ")] // a letter number
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")] // 33
    public void Anything_else_is_not(string? text)
    {
        Assert.False(Symbol.TryParse(text, out _));
        FormatException e = Assert.Throws<FormatException>(() => Symbol.Parse(text));
        Assert.True(string.IsNullOrEmpty(text) || !e.Message.Contains(text, StringComparison.Ordinal));
    }

    [Fact]
    public void Half_a_letter_is_not_a_symbol()
    {
        foreach (string text in new[] { "\ud840", "\udc00", "A\ud840", "\ud840A", "\udc00\ud840", "A\udc00" })
        {
            Assert.False(Symbol.TryParse(text, out _), $"{text.Length} units");
        }
    }

    [Fact]
    public void What_is_a_symbol_follows_the_categories_of_its_runes() =>
        Gen.Int[0, 0x10FFFF].Where(Rune.IsValid).Sample(codePoint =>
        {
            bool expected = Rune.GetUnicodeCategory(new Rune(codePoint)) is var c && (c <= System.Globalization.UnicodeCategory.OtherLetter || c == System.Globalization.UnicodeCategory.DecimalDigitNumber);
            Assert.Equal(expected, Symbol.TryParse(new Rune(codePoint).ToString(), out _));
        });

    [Fact]
    public void The_order_is_that_of_the_utf_8_bytes()
    {
        Gen<string> text = Gen.OneOf(Gen.Char['A', 'C'].Select(c => c.ToString()), Gen.Const("𠀀"), Gen.Const("ﷲ"), Gen.Const("币"), Gen.Const("𠀁")).Array[1, 4].Select(string.Concat);
        Gen.Select(text, text).Sample((a, b) =>
            Assert.Equal(
                Math.Sign(Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b))),
                Math.Sign(Symbol.Parse(a).CompareTo(Symbol.Parse(b)))));
    }

    [Fact]
    public void A_default_symbol_names_nothing()
    {
        Assert.Throws<InvalidOperationException>(() => default(Symbol).Code);
        Assert.Equal("", default(Symbol).ToString());
        Assert.True(default(Symbol).CompareTo(Symbol.Parse("A")) < 0);
        Assert.Equal(0, default(Symbol).CompareTo(default));
    }

    [Fact]
    public void The_unique_key_is_symbol_interval_and_milliseconds() =>
        Assert.Equal("BTCUSDT|1m|1735689600000", new CandleKey(Symbol.Parse("BTCUSDT"), Interval.Parse("1m"), UnixMicros.FromVenue(1_735_689_600_000)).UniqueKey);
}
