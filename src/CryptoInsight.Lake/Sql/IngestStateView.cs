using System.Globalization;
using System.Text;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Log;
using CryptoInsight.Lake.Bronze;

namespace CryptoInsight.Lake.Sql;

/// <summary><c>bronze_ingest_state</c>: the bookmarks of ingestion, which lie in Bronze's own commits and nowhere else.</summary>
internal static class IngestStateView
{
    public const string Name = "bronze_ingest_state";

    public const string Source = BronzeChartsTable.Name;

    /// <summary>The view's query over what one snapshot says.</summary>
    public static string Query(Snapshot bronze)
    {
        var rows = new StringBuilder();
        foreach ((string appId, AppTransaction position) in bronze.Transactions.OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            string[] parts = appId.Split('/');
            if (parts.Length != 3 || parts[0] != "ingest")
            {
                continue;
            }

            rows.Append(rows.Length == 0 ? "" : ", ").Append(CultureInfo.InvariantCulture, $"({DuckDbText.Literal(parts[1])}, {DuckDbText.Literal(parts[2])}, {position.Version}, ");
            rows.Append(position.LastUpdated is { } ms ? string.Create(CultureInfo.InvariantCulture, $"make_timestamptz({ms * 1000})") : "NULL::TIMESTAMPTZ").Append(')');
        }

        return rows.Length == 0
            ? "SELECT NULL::VARCHAR AS symbol, NULL::VARCHAR AS \"interval\", NULL::BIGINT AS last_open_time_ms, NULL::TIMESTAMPTZ AS updated_at WHERE false"
            : $"SELECT symbol, \"interval\", last_open_time_ms::BIGINT AS last_open_time_ms, updated_at FROM (VALUES {rows}) AS t(symbol, \"interval\", last_open_time_ms, updated_at)";
    }
}
