using System.Text;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Sources.Tests.Binance;

public class KlineRowTextSpecs
{
    [Fact]
    public void A_plain_row_is_kept_byte_for_byte() =>
        Assert.Equal((RawRows.Good, null), Keep(RawRows.Good));

    [Fact]
    public void Blanks_outside_of_texts_are_left_out() =>
        Assert.Equal(("[1,\"a b\",{\"c\":\"\\\" d\"}]", null), Keep(" [ 1 ,\n \"a b\" , { \"c\" : \"\\\" d\" } ] ".Trim()));

    [Fact]
    public void Elements_beyond_the_schema_are_rescued_as_they_are()
    {
        (string raw, string? rescued) = Keep(RawRows.Good[..^1] + ", \"new\" , {\"a\": [1, 2]} ]");

        Assert.Equal(RawRows.Good[..^1] + ",\"new\",{\"a\":[1,2]}]", raw);
        Assert.Equal("{\"12\":\"new\",\"13\":{\"a\":[1,2]}}", rescued);
    }

    [Fact]
    public void Fields_that_the_schema_does_not_know_are_rescued_under_their_names() =>
        Assert.Equal("{\"st\":2}", Keep("{\"t\":1735516800000,\"st\":2,\"o\":\"1\"}").Rescued);

    [Fact]
    public void What_is_no_json_is_kept_as_text() =>
        Assert.Equal(("\"[1,2,oops\\\"]\"", null), Keep("[1,2,oops\"]"));

    [Fact]
    public void Bytes_that_are_no_utf8_are_kept_one_by_one() =>
        Assert.Equal("\"[\u00ff\u00fe]\"", KlineRowText.Keep([(byte)'[', 0xFF, 0xFE, (byte)']'], KlineWireSchema.Binance).RawJson);

    [Theory]
    [InlineData("[1735516800000,1]", true)]
    [InlineData("[ \"1735516800000\" ,1]", true)]
    [InlineData("[1735516800000]", true)]
    [InlineData("{\"t\":1735516800000}", true)]
    [InlineData("[\"x\",1]", false)]
    [InlineData("[]", false)]
    [InlineData("{}", false)]
    [InlineData("\"1735516800000\"", false)]
    [InlineData("[1735516800,1]", false)]
    public void An_open_time_is_read_where_there_is_one(string row, bool found) =>
        Assert.Equal(found ? UnixMicros.FromMilliseconds(1735516800000) : null, KlineRowText.OpenTimeOf(Encoding.UTF8.GetBytes(row), KlineWireSchema.Binance));

    private static (string RawJson, string? Rescued) Keep(string row) => KlineRowText.Keep(Encoding.UTF8.GetBytes(row), KlineWireSchema.Binance);
}
