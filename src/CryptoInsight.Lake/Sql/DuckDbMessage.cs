using System.Text;

namespace CryptoInsight.Lake.Sql;

/// <summary>DuckDB's own words, made fit to print.</summary>
internal static class DuckDbMessage
{
    private const int LengthMax = 800;

    /// <summary>The message without lists of candidate functions, control characters and the name of the kind of error.</summary>
    public static string Plain(string message)
    {
        int candidates = message.IndexOf("\n\tCandidate functions:", StringComparison.Ordinal);
        int line = message.IndexOf("\n\nLINE ", StringComparison.Ordinal);
        string text = candidates < 0 ? message : line > candidates ? message[..candidates] + message[line..] : message[..candidates];
        int kind = text.IndexOf(" Error: ", StringComparison.Ordinal);
        text = kind is > 0 and < 24 ? text[(kind + " Error: ".Length)..] : text;
        var safe = new StringBuilder(Math.Min(text.Length, LengthMax));
        foreach (char c in text.AsSpan(0, Math.Min(text.Length, LengthMax)))
        {
            safe.Append(c == '\n' || !char.IsControl(c) ? c : ' ');
        }

        return safe.ToString().TrimEnd();
    }
}
