using CryptoInsight.Host.Commands;
using CryptoInsight.Host.Node;

namespace CryptoInsight.Host.Tests;

public sealed class LoopbackBindSpecs
{
    [Theory]
    [InlineData("127.0.0.1:8080", "http://127.0.0.1:8080/")]
    [InlineData("localhost:0", "http://127.0.0.1:0/")]
    [InlineData("[::1]:81", "http://[::1]:81/")]
    public void A_loopback_address_is_taken(string text, string url) => Assert.Equal(url, LoopbackBind.Parse(text).ToString());

    [Theory]
    [InlineData("0.0.0.0:80")]
    [InlineData("192.168.1.1:80")]
    [InlineData("8080")]
    [InlineData("")]
    [InlineData("http://127.0.0.1:80")]
    [InlineData("example.com:80")]
    public void Anything_else_is_refused_with_a_reason(string text) => Assert.Throws<UsageException>(() => LoopbackBind.Parse(text));
}
