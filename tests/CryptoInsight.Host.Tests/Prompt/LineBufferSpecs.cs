using CryptoInsight.Host.Prompt;

namespace CryptoInsight.Host.Tests.Prompt;

public sealed class LineBufferSpecs
{
    private static readonly string[] s_names = ["silver_charts", "silver_fear_greed", "SELECT", "gold_signals"];

    [Fact]
    public void Keys_edit_at_the_cursor()
    {
        LineBuffer line = LineBuffer.Empty.Insert("SELECT 1").Move(-1).Insert("2").Home().Delete().End().Backspace();

        Assert.Equal(new LineBuffer("ELECT 2", 7), line);
        Assert.Equal(new LineBuffer("2", 0), line.Move(-1).CutToStart());
        Assert.Equal(new LineBuffer("ELECT ", 6), line.Move(-1).CutToEnd());
        Assert.Equal(LineBuffer.Empty, LineBuffer.Empty.Backspace().Delete().Move(-5).Move(5));
    }

    [Theory]
    [InlineData("FROM gol", "FROM gold_signals ", 0)]
    [InlineData("sel", "SELECT ", 0)]
    [InlineData("FROM si", "FROM silver_", 2)]
    [InlineData("FROM silver_", "FROM silver_", 2)]
    [InlineData("FROM ", "FROM ", 0)]
    [InlineData("demo_schema.gold", "demo_schema.gold_signals ", 0)]
    [InlineData("xyz", "xyz", 0)]
    public void Tab_completes_as_far_as_names_agree(string typed, string completed, int several)
    {
        (LineBuffer next, IReadOnlyList<string> names) = LineBuffer.Of(typed).Complete(s_names);

        Assert.Equal(LineBuffer.Of(completed), next);
        Assert.Equal(several, names.Count);
    }

    [Theory]
    [InlineData("SELECT 1", 8, "SELECT ")]
    [InlineData("SELECT 1  ", 10, "SELECT ")]
    [InlineData("SELECT 1", 6, " 1")]
    [InlineData("", 0, "")]
    public void Word_before_the_cursor_is_cut(string typed, int cursor, string left) => Assert.Equal(left, new LineBuffer(typed, cursor).CutWord().Text);

    [Theory]
    [InlineData("abcdef", 6, 10, "abcdef", "abcdef", 6)]
    [InlineData("abcdef", 6, 4, "def", "def", 3)] // the cursor has a column of its own
    [InlineData("abcdef", 0, 4, "abcd", "", 4)]
    [InlineData("비트 a", 4, 10, "비트 a", "비트 a", 6)]
    [InlineData("비트코인", 4, 5, "코인", "코인", 4)]
    [InlineData("币安人生", 0, 5, "币安", "", 4)]
    [InlineData("a😀b", 4, 3, "b", "b", 1)]
    [InlineData("e\u0301x", 3, 9, "e\u0301x", "e\u0301x", 2)]
    public void Wide_letters_take_two_columns_and_the_cursor_stays_in_view(string typed, int cursor, int columns, string text, string before, int width) =>
        Assert.Equal(new LineView(text, before, width), LineView.Of(new LineBuffer(typed, cursor), columns));

    [Fact]
    public void History_goes_back_and_forth_and_keeps_what_was_being_typed()
    {
        var history = new LineHistory();
        history.Add("one");
        history.Add("two");
        history.Add("two");

        Assert.Equal("two", history.Older("dra"));
        Assert.Equal("one", history.Older("two"));
        Assert.Equal("one", history.Older("one"));
        Assert.Equal("two", history.Newer("one"));
        Assert.Equal("dra", history.Newer("two"));
        Assert.Equal("dra", history.Newer("dra"));
    }
}
