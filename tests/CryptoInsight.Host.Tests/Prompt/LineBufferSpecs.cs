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
