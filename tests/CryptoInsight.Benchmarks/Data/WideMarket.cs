using System.Buffers.Text;
using Apache.Arrow;
using CryptoInsight.Domain.Market;

namespace CryptoInsight.Benchmarks.Data;

/// <summary>Many symbols over four weeks of minutes, made of the real series: symbol k is real series k mod 8 with its prices scaled. The same on every machine.</summary>
internal sealed class WideMarket
{
    /// <summary>2025-02-01 00:00 UTC.</summary>
    public const long StartMicros = 1_738_368_000_000_000;

    public const int Days = 28;

    public const int MinutesPerDay = 1_440;

    private readonly List<List<SilverCandle>> _series;
    private readonly string[] _symbols;

    private WideMarket(List<List<SilverCandle>> series, string[] symbols)
    {
        _series = series;
        _symbols = symbols;
    }

    public IReadOnlyList<string> Symbols => _symbols;

    public long Rows => (long)_symbols.Length * Days * MinutesPerDay;

    public static async Task<WideMarket> LoadAsync(int symbols)
    {
        List<List<SilverCandle>> series = [];
        foreach (string file in MarketFiles.Minutes)
        {
            series.Add(await SilverRows.ReadAsync([file]).ConfigureAwait(false));
        }

        return new WideMarket(series, [.. Enumerable.Range(0, symbols).Select(k => $"S{k:000}USDT")]);
    }

    /// <summary>The first day of epoch.</summary>
    public static int FirstDay => (int)(StartMicros / UnixMicros.PerDay);

    public static DateOnly Date(int day) => new UnixMicros(StartMicros + (day * UnixMicros.PerDay)).Date;

    /// <summary>All symbols' candles of some minutes, in the order they would arrive: by minute, then symbol.</summary>
    public RecordBatch Slice(int fromMinute, int minutes)
    {
        int rows = minutes * _symbols.Length;
        var (symbol, interval, key, source) = (new TextColumn(rows, 8), new TextColumn(rows, 2), new TextColumn(rows, 25), new TextColumn(rows, 9));
        long[] openTime = new long[rows], closeTime = new long[rows], ingestTime = new long[rows], trades = new long[rows];
        int[] dt = new int[rows];
        double[][] numbers = [.. Enumerable.Range(0, 8).Select(_ => new double[rows])];
        byte[] text = new byte[64];
        int n = 0;
        for (int minute = fromMinute; minute < fromMinute + minutes; minute++)
        {
            long at = StartMicros + (minute * 60_000_000L);
            for (int k = 0; k < _symbols.Length; k++, n++)
            {
                Candle c = _series[k % _series.Count][minute].Candle;
                double scale = 1 + (k / _series.Count * 0.01);
                int length = System.Text.Encoding.ASCII.GetBytes(_symbols[k], text);
                symbol.Add(text.AsSpan(0, length));
                interval.Add("1m"u8);
                source.Add("replay.um"u8);
                "|1m|"u8.CopyTo(text.AsSpan(length));
                Utf8Formatter.TryFormat(at / 1_000, text.AsSpan(length + 4), out int digits);
                key.Add(text.AsSpan(0, length + 4 + digits));
                (openTime[n], closeTime[n], ingestTime[n], trades[n], dt[n]) = (at, at + 59_999_000, StartMicros + (30 * UnixMicros.PerDay), c.Trades!.Value, (int)(at / UnixMicros.PerDay));
                double[] row = [c.Open * scale, c.High * scale, c.Low * scale, c.Close * scale, c.Volume, c.QuoteVolume!.Value * scale, c.TakerBuyBase!.Value, c.TakerBuyQuote!.Value * scale];
                for (int i = 0; i < row.Length; i++)
                {
                    numbers[i][n] = row[i];
                }
            }
        }

        return SilverRows.Batch(
            rows,
            [
                symbol.Build(), interval.Build(), SilverRows.Times(openTime), Doubles(numbers[0]), Doubles(numbers[1]), Doubles(numbers[2]), Doubles(numbers[3]), Doubles(numbers[4]),
                SilverRows.Times(closeTime), Doubles(numbers[5]), new Int64Array(Wrap(trades), ArrowBuffer.Empty, rows, 0, 0), Doubles(numbers[6]), Doubles(numbers[7]),
                key.Build(), SilverRows.Times(openTime), SilverRows.Times(ingestTime), source.Build(), new Date32Array(Wrap(dt), ArrowBuffer.Empty, rows, 0, 0),
            ]);
    }

    private static DoubleArray Doubles(double[] values) => new(Wrap(values), ArrowBuffer.Empty, values.Length, 0, 0);

    internal static ArrowBuffer Wrap<T>(T[] values)
        where T : unmanaged
    {
        byte[] bytes = new byte[Buffer.ByteLength(values)];
        Buffer.BlockCopy(values, 0, bytes, 0, bytes.Length);
        return new ArrowBuffer(bytes);
    }

    /// <summary>A column of text, built from its bytes.</summary>
    private sealed class TextColumn(int rows, int bytesEach)
    {
        private readonly int[] _offsets = new int[rows + 1];
        private byte[] _bytes = new byte[rows * bytesEach];
        private int _count;

        public void Add(ReadOnlySpan<byte> text)
        {
            int at = _offsets[_count];
            if (at + text.Length > _bytes.Length)
            {
                System.Array.Resize(ref _bytes, (_bytes.Length * 2) + text.Length);
            }

            text.CopyTo(_bytes.AsSpan(at));
            _offsets[++_count] = at + text.Length;
        }

        public StringArray Build() => new(_count, Wrap(_offsets), new ArrowBuffer(_bytes.AsMemory(0, _offsets[_count])), ArrowBuffer.Empty);
    }
}
