import type { MessageKey } from "../i18n/messages.ts";

/** Statements to begin with. */
export const EXAMPLES: readonly { readonly title: MessageKey; readonly statement: string }[] = [
  { title: "sql.example.summary", statement: "SELECT * FROM gold_dashboard_summary;" },
  {
    title: "sql.example.signals",
    statement: "SELECT symbol, timeframe, bucket_start, close, ma_50, ma_200, rsi_14, cross_signal\nFROM gold_signals\nORDER BY bucket_start DESC\nLIMIT 50;",
  },
  {
    title: "sql.example.day",
    statement: "SELECT open_time, open, high, low, close, volume\nFROM silver_charts\nWHERE symbol = 'BTCUSDT' AND interval = '1m' AND open_time >= now() - INTERVAL 1 DAY\nORDER BY open_time DESC;",
  },
  { title: "sql.example.events", statement: "SELECT at, kind, severity, table_name, actor, message_en, message_ko\nFROM ops_events\nORDER BY at DESC\nLIMIT 50;" },
  { title: "sql.example.history", statement: "DESCRIBE HISTORY gold_signals LIMIT 20;" },
  { title: "sql.example.travel", statement: "SELECT count(*) FROM silver_charts VERSION AS OF 1;" },
  { title: "sql.example.tables", statement: "SHOW TABLES;" },
];
