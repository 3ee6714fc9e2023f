using CryptoInsight.Lake.Sql;

namespace CryptoInsight.Lake.Tests.Sql;

public sealed class SqlScriptSpecs
{
    [Theory]
    [InlineData("SELECT 1", "SELECT 1")]
    [InlineData("SELECT 1;", "SELECT 1")]
    [InlineData(" ; ;SELECT 1 ; SELECT 2;; ", "SELECT 1|SELECT 2")]
    [InlineData("SELECT ';' ; SELECT \";\"", "SELECT ';'|SELECT \";\"")]
    [InlineData("SELECT 'it''s;' ; SELECT 2", "SELECT 'it''s;'|SELECT 2")]
    [InlineData("SELECT 1 -- a; b\n; SELECT 2", "SELECT 1|SELECT 2")]
    [InlineData("SELECT /* ; /* ; */ ; */ 1; SELECT 2", "SELECT /* ; /* ; */ ; */ 1|SELECT 2")]
    [InlineData("SELECT $$;$$; SELECT $a$;$$;$a$", "SELECT $$;$$|SELECT $a$;$$;$a$")]
    [InlineData("SELECT E'\\';' ; SELECT 2", "SELECT E'\\';'|SELECT 2")]
    [InlineData("SELECT `a;b` ; SELECT 2", "SELECT `a;b`|SELECT 2")]
    [InlineData("-- only a comment", "")]
    [InlineData("/* one */ ; -- two", "")]
    [InlineData("", "")]
    [InlineData("SELECT '한글;漢字' AS \"열;\"; SELECT 2", "SELECT '한글;漢字' AS \"열;\"|SELECT 2")]
    public void Script_is_split_at_semicolons_outside_of_quotes_and_comments(string script, string expected) =>
        Assert.Equal(expected, string.Join('|', SqlScript.Split(script)));

    [Theory]
    [InlineData("SELECT 1;", true)]
    [InlineData("SELECT 1; -- done", true)]
    [InlineData("SELECT 1", false)]
    [InlineData("SELECT ';", false)]
    [InlineData("SELECT 1 /* ;", false)]
    [InlineData("SELECT $a$ ; $$;", false)]
    [InlineData("SELECT 'a\n;b';", true)]
    [InlineData("-- ;", false)]
    public void Prompt_runs_what_ends_with_a_semicolon_that_counts(string typed, bool isComplete) => Assert.Equal(isComplete, SqlScript.IsComplete(typed));

    [Fact]
    public void Text_that_is_not_closed_is_named_with_its_place()
    {
        SqlException wrong = Assert.Throws<SqlException>(() => SqlScript.Split("SELECT 1;\n  SELECT 'abc"));

        Assert.Contains("line 2, column 10", wrong.Message, StringComparison.Ordinal);
    }
}
