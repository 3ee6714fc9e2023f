using System.Text;

namespace CryptoInsight.Sources.Files;

/// <summary>One CSV line with quotes in it, by RFC 4180 (a quoted field may hold commas and doubled quotes, but no line end).</summary>
internal static class CsvFields
{
    /// <summary>The fields, or null if the quotes do not pair up.</summary>
    public static string[]? Split(string line)
    {
        List<string> fields = [];
        int at = 0;
        while (true)
        {
            if (at < line.Length && line[at] == '"')
            {
                StringBuilder field = new();
                at++;
                while (true)
                {
                    int quote = line.IndexOf('"', at);
                    if (quote < 0)
                    {
                        return null;
                    }

                    field.Append(line, at, quote - at);
                    at = quote + 1;
                    if (at >= line.Length || line[at] != '"')
                    {
                        break;
                    }

                    field.Append('"');
                    at++;
                }

                if (at < line.Length && line[at] != ',')
                {
                    return null;
                }

                fields.Add(field.ToString());
            }
            else
            {
                int comma = line.IndexOf(',', at);
                int end = comma < 0 ? line.Length : comma;
                fields.Add(line[at..end]);
                at = end;
            }

            if (at >= line.Length)
            {
                return [.. fields];
            }

            at++; // the comma
            if (at == line.Length)
            {
                fields.Add("");
                return [.. fields];
            }
        }
    }
}
