using DuckDB.NET.Data;

namespace CryptoInsight.Lake.Tests.Sql;

/// <summary>What this very DuckDB has, as it says itself.</summary>
internal static class DatabaseFunctions
{
    /// <summary>Names of functions of some kinds that are plain identifiers.</summary>
    public static IReadOnlyList<string> Names(params string[] kinds)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = "SELECT DISTINCT function_name, function_type FROM duckdb_functions() ORDER BY 1";
        using DuckDBDataReader reader = command.ExecuteReader();
        var names = new List<string>();
        while (reader.Read())
        {
            if (kinds.Contains(reader.GetString(1)) && reader.GetString(0).All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            {
                names.Add(reader.GetString(0));
            }
        }

        return [.. names.Distinct(StringComparer.Ordinal)];
    }
}
