using System.Globalization;
using CryptoInsight.Domain.Market;
using CryptoInsight.Lake.Gold;
using CryptoInsight.Lake.Positions;
using CryptoInsight.Lake.Silver;

namespace CryptoInsight.Lake.Sql;

/// <summary>The views of tables.md that are queries. (<c>bronze_ingest_state</c> is made from Bronze's log: see <see cref="IngestStateView"/>.)</summary>
internal static class LakeViews
{
    /// <summary>Older than this a series is stale: the freshness objective.</summary>
    private static readonly TimeSpan s_freshnessMax = TimeSpan.FromMinutes(10);

    private static readonly string[] s_signals = ["symbol", "bucket_start", "bucket_end", "avg_price", "ma_50", "ma_200", "cross_signal", "above_ma200"];

    public static IReadOnlyDictionary<string, LakeView> All { get; } = new[]
    {
        Signals("signals_charts"),
        Signals("v_signals"),
        OfTimeframe("gold_prices_4h", "4h", [("symbol", "symbol"), ("bucket_start", "bucket_start"), ("close_4h", "close"), ("ma50_4h", "ma_50"), ("ma200_4h", "ma_200"),
            ("cross_signal", "cross_signal"), ("pct_change_24h", "pct_change_24h"), ("dt", "dt")]),
        OfTimeframe("gold_prices_15m", "15m", [("symbol", "symbol"), ("open_time", "bucket_start"), ("close", "close"), ("ma50_15m", "ma_50"), ("ma200_15m", "ma_200"), ("dt", "dt")]),
        LatestPrice(),
        Summary24h(),
        DashboardSummary(),
        ExplodedPositions(),
    }.ToDictionary(v => v.Name);

    private static LakeView Signals(string name) => OfTimeframe(name, "5m", [.. s_signals.Select(c => (c, c))]);

    private static LakeView OfTimeframe(string name, string timeframe, IReadOnlyList<(string Name, string Source)> columns) =>
        new(name, [GoldSignalsTable.Name], $"SELECT {string.Join(", ", columns.Select(c => $"\"{c.Source}\" AS \"{c.Name}\""))} FROM {{{GoldSignalsTable.Name}}} WHERE timeframe = '{timeframe}'")
        {
            Columns = columns.ToDictionary(c => c.Name, c => c.Source),
        };

    /// <summary>Two candles that close together (a 1m and a 4h one) have one price; the later opened one is taken so that the answer does not depend on the order of rows.</summary>
    private static LakeView LatestPrice() => new("v_latest_price", [SilverChartsTable.Name], $$"""
        SELECT symbol, newest.price AS last_price, newest.close_time AS last_ts
        FROM (
          SELECT symbol, max({'close_time': close_time, 'open_time': open_time, 'price': "close"}) AS newest
          FROM {{{SilverChartsTable.Name}}} GROUP BY symbol)
        ORDER BY symbol
        """);

    /// <summary>The 24 hours end with the newest candle, so that a replayed past reads like the present; the change is against the candle that opened exactly 24 hours before it, as in Gold.</summary>
    private static LakeView Summary24h() => new("v_summary_24h", [SilverChartsTable.Name], $$"""
        WITH finest AS (
          SELECT symbol, arg_min("interval", {{LengthSeconds("\"interval\"")}}) AS "interval"
          FROM (SELECT DISTINCT symbol, "interval" FROM {{{SilverChartsTable.Name}}}) GROUP BY symbol),
        candles AS (SELECT c.symbol, c.open_time, c."close" FROM {{{SilverChartsTable.Name}}} c JOIN finest USING (symbol, "interval")),
        newest AS (SELECT symbol, max(open_time) AS open_time, arg_max("close", open_time) AS price FROM candles GROUP BY symbol)
        SELECT n.symbol, n.price AS last_price,
          avg(c."close") FILTER (WHERE c.open_time > n.open_time - INTERVAL 24 HOURS) AS avg_price_24h,
          n.price - any_value(c."close") FILTER (WHERE c.open_time = n.open_time - INTERVAL 24 HOURS) AS abs_change_24h,
          (n.price / any_value(c."close") FILTER (WHERE c.open_time = n.open_time - INTERVAL 24 HOURS) - 1) * 100 AS pct_change_24h
        FROM newest n JOIN candles c ON c.symbol = n.symbol AND c.open_time >= n.open_time - INTERVAL 24 HOURS
        GROUP BY n.symbol, n.price ORDER BY n.symbol
        """);

    /// <summary>One row per position; a bucket without positions has none.</summary>
    private static LakeView ExplodedPositions() => new("gold_price_positions_4h_exploded", [GoldPricePositions4hTable.Name], $$"""
        SELECT t.symbol, t.bucket_start, t.bucket_end, t.close_4h, t.ma50_4h, t.ma200_4h, t.cross_signal, t.pct_change_24h, t.fng_value, t.fng_label,
          p.account_label, p.uid, p.side, p."entryPrice", p."markPrice", p.amount, p.notional, p.roe, p.pnl, p.position_time, t.dt
        FROM (SELECT *, unnest(positions) AS p FROM {{{GoldPricePositions4hTable.Name}}}) t
        """);

    /// <summary>Signals are those of the finest timeframe that the symbol has; the cross event and the index are the newest that there are.</summary>
    private static LakeView DashboardSummary() => new("gold_dashboard_summary", [SilverChartsTable.Name, GoldSignalsTable.Name, "v_latest_price", "v_summary_24h"], $$"""
        WITH finest AS (
          SELECT symbol, arg_min(timeframe, {{LengthSeconds("timeframe")}}) AS timeframe
          FROM (SELECT DISTINCT symbol, timeframe FROM {{{GoldSignalsTable.Name}}}) GROUP BY symbol),
        signals AS (
          SELECT symbol,
            max({'at': bucket_start, 'value': cross_signal}).value AS cross_signal,
            (max({'at': bucket_start, 'value': cross_event}) FILTER (WHERE cross_event IS NOT NULL)).value AS cross_event,
            max({'at': bucket_start, 'value': rsi_14}).value AS rsi_14,
            (max({'at': bucket_start, 'value': fng_value, 'label': fng_label}) FILTER (WHERE fng_value IS NOT NULL)) AS fng
          FROM {{{GoldSignalsTable.Name}}} JOIN finest USING (symbol, timeframe) GROUP BY symbol),
        series AS (
          SELECT symbol, "interval", greatest(0, epoch(now()) - epoch(max(open_time)) - 2 * {{LengthSeconds("\"interval\"")}}) AS lag_seconds
          FROM {{{SilverChartsTable.Name}}} GROUP BY symbol, "interval"),
        lags AS (SELECT symbol, CAST(floor(max(lag_seconds)) AS BIGINT) AS lag_seconds FROM series GROUP BY symbol)
        SELECT p.symbol, p.last_price, p.last_ts, s.pct_change_24h, g.cross_signal, g.cross_event, g.rsi_14, g.fng.value AS fng_value, g.fng.label AS fng_label,
          l.lag_seconds, CASE WHEN l.lag_seconds <= {{Seconds(s_freshnessMax)}} THEN 'FRESH' ELSE 'STALE' END AS freshness
        FROM {v_latest_price} p
        JOIN {v_summary_24h} s ON s.symbol = p.symbol
        JOIN lags l ON l.symbol = p.symbol
        LEFT JOIN signals g ON g.symbol = p.symbol
        ORDER BY p.symbol
        """);

    /// <summary>The length of an interval's code in seconds; the month as 30 days, which is enough for its order and its freshness.</summary>
    private static string LengthSeconds(string column) =>
        $"CASE {column} {string.Join(' ', Interval.All.Select(i => $"WHEN '{i.Code}' THEN {Seconds(i.FixedLength ?? TimeSpan.FromDays(30))}"))} ELSE 0 END";

    private static string Seconds(TimeSpan length) => ((long)length.TotalSeconds).ToString(CultureInfo.InvariantCulture);
}
