using Apache.Arrow;
using Apache.Arrow.Types;
using CryptoInsight.Domain.Market;
using CryptoInsight.Sources;
using CryptoInsight.Sources.Binance;
using CryptoInsight.Sources.Files;

namespace CryptoInsight.Benchmarks.Data;

/// <summary>Real candles as Arrow batches in the shape of <c>silver_charts</c>.</summary>
internal static class SilverRows
{
    private static readonly TimestampType s_time = new(TimeUnit.Microsecond, "UTC");

    private static readonly Schema s_schema = new(
        [
            Text("symbol"), Text("interval"), Time("open_time"), Number("open"), Number("high"), Number("low"), Number("close"), Number("volume"), Time("close_time"),
            Number("quote_volume", true), new Field("trades", Int64Type.Default, true), Number("taker_buy_base", true), Number("taker_buy_quote", true),
            Text("unique_key"), Time("event_time"), Time("ingest_time"), Text("source"), new Field("dt", Date32Type.Default, false),
        ],
        null);

    /// <summary>The candles of recorded files, in the order of the files.</summary>
    public static async Task<List<SilverCandle>> ReadAsync(IEnumerable<string> files, int rowsMax = int.MaxValue)
    {
        var run = new IngestRun("benchmark", new UnixMicros(1_760_000_000_000_000));
        var options = new KlineFileOptions();
        List<SilverCandle> candles = [];
        foreach (string file in files.TakeWhile(_ => candles.Count < rowsMax))
        {
            KlineFileFacts facts = KlineFile.Inspect(file, options).Match(r => r.Facts, no => throw new InvalidDataException(no.Message));
            await foreach (IReadOnlyList<RawCandle> rows in KlineFile.ReadAsync(file, facts, run, options).ConfigureAwait(false))
            {
                candles.AddRange(rows.Take(rowsMax - candles.Count).Select(r => KlineParser.Read(r, KlineWireSchema.Binance).Match(p => p.Candle, f => throw new InvalidDataException(f.Message))));
            }
        }

        return candles;
    }

    /// <summary>The rows as one batch.</summary>
    public static RecordBatch Batch(IReadOnlyList<SilverCandle> rows)
    {
        IArrowArray[] columns =
        [
            Texts(rows, r => r.Symbol.Code), Texts(rows, r => r.Interval.Code), Times(rows, r => r.Candle.OpenTime),
            Numbers(rows, r => r.Candle.Open), Numbers(rows, r => r.Candle.High), Numbers(rows, r => r.Candle.Low), Numbers(rows, r => r.Candle.Close), Numbers(rows, r => r.Candle.Volume),
            Times(rows, r => r.Candle.CloseTime), Numbers(rows, r => r.Candle.QuoteVolume!.Value), Trades(rows), Numbers(rows, r => r.Candle.TakerBuyBase!.Value), Numbers(rows, r => r.Candle.TakerBuyQuote!.Value),
            Texts(rows, r => r.Key.UniqueKey), Times(rows, r => r.Candle.OpenTime), Times(rows, r => r.IngestTime), Texts(rows, r => r.Source), Days(rows),
        ];
        return Batch(rows.Count, columns);
    }

    /// <summary>Columns in the table's order as one batch.</summary>
    public static RecordBatch Batch(int rows, IReadOnlyList<IArrowArray> columns) => new(s_schema, columns, rows);

    /// <summary>A column of instants in microseconds.</summary>
    public static TimestampArray Times(long[] micros) => new(s_time, WideMarket.Wrap(micros), ArrowBuffer.Empty, micros.Length, 0, 0);

    private static Field Text(string name) => new(name, StringType.Default, false);

    private static Field Time(string name) => new(name, s_time, false);

    private static Field Number(string name, bool nullable = false) => new(name, DoubleType.Default, nullable);

    private static StringArray Texts(IReadOnlyList<SilverCandle> rows, Func<SilverCandle, string> value)
    {
        StringArray.Builder builder = new StringArray.Builder().Reserve(rows.Count);
        foreach (SilverCandle row in rows)
        {
            builder.Append(value(row));
        }

        return builder.Build();
    }

    private static DoubleArray Numbers(IReadOnlyList<SilverCandle> rows, Func<SilverCandle, double> value) =>
        new(Buffer(rows, value), ArrowBuffer.Empty, rows.Count, 0, 0);

    private static TimestampArray Times(IReadOnlyList<SilverCandle> rows, Func<SilverCandle, UnixMicros> value) =>
        new(s_time, Buffer(rows, r => value(r).Value), ArrowBuffer.Empty, rows.Count, 0, 0);

    private static Int64Array Trades(IReadOnlyList<SilverCandle> rows) =>
        new(Buffer(rows, static r => r.Candle.Trades!.Value), ArrowBuffer.Empty, rows.Count, 0, 0);

    private static Date32Array Days(IReadOnlyList<SilverCandle> rows) =>
        new(Buffer(rows, static r => r.Candle.OpenTime.Day), ArrowBuffer.Empty, rows.Count, 0, 0);

    private static ArrowBuffer Buffer<T>(IReadOnlyList<SilverCandle> rows, Func<SilverCandle, T> value)
        where T : unmanaged
    {
        var buffer = new ArrowBuffer.Builder<T>(rows.Count);
        foreach (SilverCandle row in rows)
        {
            buffer.Append(value(row));
        }

        return buffer.Build();
    }
}
