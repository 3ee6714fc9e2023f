namespace CryptoInsight.Benchmarks.Opponents;

/// <summary>The three tables by SQL, the way an analyst would write them in DuckDB: recorded files in, Parquet partitioned by <c>dt</c> out.</summary>
/// <remarks>Easier than ours in these ways: no transaction log, no statistics in it, no positions, no dead letters, no key is looked up in what is there already; prices are summed as doubles;
/// RSI is the mean of the last 14 changes (Cutler's), since Wilder's recursion is no window function; the hash of the content is a constant.</remarks>
internal sealed class DuckDbMedallion(string spillFolder)
{
    private const string Parquet = "(FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 122880, PARTITION_BY (dt))";

    /// <summary>Runs the whole job; returns the rows of each layer.</summary>
    /// <param name="raw">A SELECT of symbol, interval, t (open time, ms) and the exchange's twelve elements as text e0 to e11.</param>
    /// <param name="folder">Where the tables go.</param>
    /// <param name="bucketMicros">Length of a Gold bucket.</param>
    /// <param name="parsesJson">True: Silver is made from Bronze's <c>raw_json</c>, as in the pipeline; false: from the typed columns at hand.</param>
    public (long Bronze, long Silver, long Gold) Run(string raw, string folder, long bucketMicros, bool parsesJson)
    {
        using var duck = new DuckDb(spillFolder);
        Directory.CreateDirectory(folder);
        duck.Run($"CREATE TABLE raw AS {raw}");
        duck.Run(
            """
            CREATE TABLE bronze AS SELECT 'replay' AS source, symbol, "interval", make_timestamp(t * 1000) AS event_time, TIMESTAMP '2026-01-01 00:00:00' AS ingest_time,
              symbol || '|' || "interval" || '|' || t AS unique_key,
              '[' || e0 || ',"' || e1 || '","' || e2 || '","' || e3 || '","' || e4 || '","' || e5 || '",' || e6 || ',"' || e7 || '",' || e8 || ',"' || e9 || '","' || e10 || '","' || e11 || '"]' AS raw_json,
              'file' AS api_endpoint, 'hash' AS api_params_hash, 'run' AS ingest_run_id, CAST(NULL AS VARCHAR) AS _rescued_data, CAST(make_timestamp(t * 1000) AS DATE) AS dt
            FROM raw
            """);
        Copy(duck, "bronze", folder);
        duck.Run(parsesJson ? SilverFromJson : SilverFromColumns);
        Copy(duck, "silver", folder);
        duck.Run(GoldOf("silver", bucketMicros));
        Copy(duck, "gold", folder);
        Durable.Tree(folder);
        return (duck.Count("SELECT count(*) FROM bronze"), duck.Count("SELECT count(*) FROM silver"), duck.Count("SELECT count(*) FROM gold"));
    }

    private static void Copy(DuckDb duck, string table, string folder) => duck.Run($"COPY {table} TO '{Path.Combine(folder, table)}' {Parquet}");

    private const string SilverFromColumns =
        """
        CREATE TABLE silver AS SELECT symbol, "interval", make_timestamp(t * 1000) AS open_time, CAST(e1 AS DOUBLE) AS open, CAST(e2 AS DOUBLE) AS high, CAST(e3 AS DOUBLE) AS low,
          CAST(e4 AS DOUBLE) AS close, CAST(e5 AS DOUBLE) AS volume, make_timestamp(CAST(e6 AS BIGINT) * 1000) AS close_time, CAST(e7 AS DOUBLE) AS quote_volume, CAST(e8 AS BIGINT) AS trades,
          CAST(e9 AS DOUBLE) AS taker_buy_base, CAST(e10 AS DOUBLE) AS taker_buy_quote, symbol || '|' || "interval" || '|' || t AS unique_key, make_timestamp(t * 1000) AS event_time,
          TIMESTAMP '2026-01-01 00:00:00' AS ingest_time, 'replay' AS source, CAST(make_timestamp(t * 1000) AS DATE) AS dt
        FROM raw
        WHERE CAST(e3 AS DOUBLE) <= CAST(e1 AS DOUBLE) AND CAST(e4 AS DOUBLE) <= CAST(e2 AS DOUBLE) AND CAST(e5 AS DOUBLE) >= 0
        QUALIFY row_number() OVER (PARTITION BY symbol, "interval", t) = 1
        """;

    private const string SilverFromJson =
        """
        CREATE TABLE silver AS WITH parsed AS (SELECT *, json_extract_string(raw_json, ['$[0]','$[1]','$[2]','$[3]','$[4]','$[5]','$[6]','$[7]','$[8]','$[9]','$[10]']) AS e FROM bronze)
        SELECT symbol, "interval", event_time AS open_time, CAST(e[2] AS DOUBLE) AS open, CAST(e[3] AS DOUBLE) AS high, CAST(e[4] AS DOUBLE) AS low,
          CAST(e[5] AS DOUBLE) AS close, CAST(e[6] AS DOUBLE) AS volume, make_timestamp(CAST(e[7] AS BIGINT) * 1000) AS close_time, CAST(e[8] AS DOUBLE) AS quote_volume, CAST(e[9] AS BIGINT) AS trades,
          CAST(e[10] AS DOUBLE) AS taker_buy_base, CAST(e[11] AS DOUBLE) AS taker_buy_quote, unique_key, event_time, ingest_time, source, dt
        FROM parsed
        WHERE CAST(e[4] AS DOUBLE) <= CAST(e[2] AS DOUBLE) AND CAST(e[5] AS DOUBLE) <= CAST(e[3] AS DOUBLE) AND CAST(e[6] AS DOUBLE) >= 0
        QUALIFY row_number() OVER (PARTITION BY unique_key ORDER BY ingest_time DESC) = 1
        """;

    /// <summary>Gold by window functions over a table in Silver's shape.</summary>
    public static string GoldOf(string silver, long bucketMicros) =>
        $"""
        CREATE OR REPLACE TABLE gold AS WITH buckets AS (
          SELECT symbol, make_timestamp(epoch_us(open_time) // {bucketMicros} * {bucketMicros}) AS bucket_start, arg_min(open, open_time) AS open, max(high) AS high, min(low) AS low,
            arg_max(close, open_time) AS close, avg(close) AS avg_price, sum(volume) AS volume, sum(quote_volume) AS quote_volume, sum(trades)::BIGINT AS trades, count(*)::INT AS candles
          FROM {silver} GROUP BY ALL),
        changes AS (SELECT *, close - lag(close) OVER series AS change FROM buckets WINDOW series AS (PARTITION BY symbol ORDER BY bucket_start)),
        means AS (
          SELECT *, count(*) OVER last50 AS n50, avg(close) OVER last50 AS mean50, count(*) OVER last200 AS n200, avg(close) OVER last200 AS mean200,
            avg(greatest(change, 0)) OVER last14 AS gain, avg(greatest(-change, 0)) OVER last14 AS loss, count(change) OVER last14 AS n14,
            first_value(close) OVER (PARTITION BY symbol ORDER BY bucket_start RANGE BETWEEN INTERVAL 24 HOURS PRECEDING AND INTERVAL 24 HOURS PRECEDING) AS close_24h
          FROM changes
          WINDOW last50 AS (PARTITION BY symbol ORDER BY bucket_start ROWS 49 PRECEDING), last200 AS (PARTITION BY symbol ORDER BY bucket_start ROWS 199 PRECEDING),
            last14 AS (PARTITION BY symbol ORDER BY bucket_start ROWS 13 PRECEDING)),
        signals AS (
          SELECT *, CASE WHEN n50 = 50 THEN mean50 END AS ma_50, CASE WHEN n200 = 200 THEN mean200 END AS ma_200,
            CASE WHEN n14 < 14 THEN NULL WHEN loss = 0 AND gain = 0 THEN 50 WHEN loss = 0 THEN 100 ELSE 100 - 100 / (1 + gain / loss) END AS rsi_14
          FROM means),
        crosses AS (SELECT *, CASE WHEN ma_50 > ma_200 THEN 'Golden Cross' WHEN ma_50 < ma_200 THEN 'Dead Cross' ELSE 'Neutral' END AS cross_signal FROM signals)
        SELECT symbol, '5m' AS timeframe, bucket_start, bucket_start + INTERVAL ({bucketMicros}) MICROSECONDS AS bucket_end, open, high, low, close, avg_price, quote_volume / nullif(volume, 0) AS vwap,
          volume, quote_volume, trades, candles, ma_50, ma_200, rsi_14, cross_signal,
          CASE WHEN cross_signal <> lag(nullif(cross_signal, 'Neutral') IGNORE NULLS) OVER (PARTITION BY symbol ORDER BY bucket_start) AND cross_signal <> 'Neutral' THEN cross_signal END AS cross_event,
          close > ma_200 AS above_ma200, (close - close_24h) / close_24h * 100 AS pct_change_24h, CAST(NULL AS INT) AS fng_value, CAST(NULL AS VARCHAR) AS fng_label, true AS is_final,
          TIMESTAMP '2026-01-01 00:00:00' AS updated_at, CAST(bucket_start AS DATE) AS dt
        FROM crosses
        """;
}
