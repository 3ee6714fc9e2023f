namespace CryptoInsight.Lake.Sql;

/// <summary>A text of several statements, each ended by a semicolon (the last one's may be left out).</summary>
public static class SqlScript
{
    /// <summary>The statements in order, without their semicolons; text that is only comments gives none.</summary>
    public static IReadOnlyList<string> Split(string text)
    {
        SqlTokens tokens = Read(text);
        var statements = new List<string>();
        int first = 0;
        for (int i = 0; i <= tokens.Count; i++)
        {
            if (i < tokens.Count && !tokens.IsSymbol(i, ';'))
            {
                continue;
            }

            if (i > first)
            {
                statements.Add(text[tokens[first].Start..tokens[i - 1].End]);
            }

            first = i + 1;
        }

        return statements;
    }

    /// <summary>True if what was typed so far ends with a semicolon outside of quotes and comments, so that it can be run.</summary>
    public static bool IsComplete(string text)
    {
        if (SqlTokens.IsUnfinished(text))
        {
            return false;
        }

        SqlTokens tokens = SqlTokens.Of(text);
        return tokens.Count > 0 && tokens.IsSymbol(tokens.Count - 1, ';');
    }

    internal static SqlTokens Read(string text)
    {
        try
        {
            return SqlTokens.Of(text);
        }
        catch (SqlTokens.UnclosedException open)
        {
            throw new SqlException(open.Message, open);
        }
    }
}
