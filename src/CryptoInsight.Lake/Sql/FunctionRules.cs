namespace CryptoInsight.Lake.Sql;

/// <summary>Which functions a query may call: of those that stand in FROM only a few that make rows out of their arguments; of the others all but those that look outside the query.</summary>
internal static class FunctionRules
{
    /// <summary>Everything else that stands in FROM reads files, settings or statements given as text.</summary>
    private static readonly HashSet<string> s_tableFunctions = new(StringComparer.OrdinalIgnoreCase)
    {
        "range", "generate_series", "unnest", "json_each", "json_tree", "repeat_row",
    };

    /// <summary>json_serialize_plan binds the statement that it is given, and so opens files; the others read or write what is not the lake's.</summary>
    private static readonly HashSet<string> s_refused = new(StringComparer.OrdinalIgnoreCase)
    {
        "getenv", "getvariable", "current_setting", "set_config", "nextval", "currval", "write_log", "parse_duckdb_log_message", "sleep_ms", "setseed",
        "json_serialize_plan", "json_serialize_sql", "json_deserialize_sql", "json_execute_serialized_sql", "query", "query_table",
        "current_query", "txid_current", "which_secret", "add_parquet_key",
    };

    private static readonly HashSet<string> s_harmlessPostgres = new(StringComparer.OrdinalIgnoreCase) { "pg_typeof", "pg_size_pretty" };

    private static readonly string[] s_refusedStarts = ["read_", "duckdb_", "pragma_", "parquet_", "sniff_", "enable_", "disable_", "__internal"];

    public static bool MayStandInFrom(string function) => s_tableFunctions.Contains(function);

    public static bool MayBeCalled(string function) =>
        !s_refused.Contains(function)
        && (!function.StartsWith("pg_", StringComparison.OrdinalIgnoreCase) || s_harmlessPostgres.Contains(function))
        && !s_refusedStarts.Any(s => function.StartsWith(s, StringComparison.OrdinalIgnoreCase));
}
