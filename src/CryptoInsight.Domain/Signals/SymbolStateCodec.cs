using System.Numerics;
using System.Runtime.InteropServices;
using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Signals;

/// <summary>A symbol's state as bytes, for a snapshot that spares reading its history.</summary>
/// <remarks>Shape: little-endian; header, then per source interval its candles (64 bytes each) and per timeframe base, starts (only the first if they follow each other) and closes;
/// CRC-32C of all before at the end. Rows are not stored: they are computed from the context, which the reader has to give and which is checked by a fingerprint.
/// A snapshot is a cache: whatever cannot be read is refused, and the state is built from Silver.</remarks>
public static class SymbolStateCodec
{
    /// <summary>The generation of layout and arithmetic; states of another one are refused.</summary>
    public const int Generation = 1;

    private const uint Magic = 0x53534943; // CISS

    /// <summary>Writes a state.</summary>
    public static byte[] Write(SymbolState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        StateWriter w = new();
        w.UInt32(Magic);
        w.Int32(Generation);
        w.Text(state.Symbol.Code);
        w.UInt32(Fingerprint(state.Context));
        w.Int32(state.FinalBucketsHeld);
        w.Int32(state.Sources.Length);
        foreach (SourceState source in state.Sources)
        {
            w.Text(source.Interval.Code);
            w.Int32(source.Bars.Length);
            w.Bytes(MemoryMarshal.AsBytes<Bar>(source.Bars));
            w.Int32(source.Series.Length);
            foreach (SeriesState series in source.Series)
            {
                w.Text(series.Timeframe.Window.Code);
                Write(w, series.Base, series.Timeframe.Window);
            }
        }

        return w.Finish();
    }

    /// <summary>Reads a state that was written at this context, or null if the bytes are damaged, of another generation, symbol or context.</summary>
    public static SymbolState? TryRead(ReadOnlySpan<byte> bytes, Symbol symbol, SignalContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        StateReader r = new(bytes);
        if (!r.IsIntact || r.UInt32() != Magic || r.Int32() != Generation || r.Text() != symbol.Code || r.UInt32() != Fingerprint(context))
        {
            return null;
        }

        int finalBucketsHeld = r.Int32();
        SourceState[] sources = new SourceState[r.Int32()];
        for (int i = 0; i < sources.Length; i++)
        {
            Interval interval = Interval.Parse(r.Text());
            Bar[] bars = MemoryMarshal.Cast<byte, Bar>(r.Bytes(r.Int32() * Marshal.SizeOf<Bar>())).ToArray();
            SeriesState[] series = new SeriesState[r.Int32()];
            long limit = long.MaxValue;
            for (int k = 0; k < series.Length; k++)
            {
                Timeframe timeframe = new(interval, Interval.Parse(r.Text()));
                series[k] = new SeriesState(timeframe, ReadBase(ref r, timeframe.Window), [])
                    .Advance(symbol, bars, context, ref limit, finalBucketsHeld, delta: null);
            }

            sources[i] = new SourceState(interval, bars, series);
        }

        return new SymbolState(symbol, context, finalBucketsHeld, sources);
    }

    private static void Write(StateWriter w, SeriesBase b, Interval window)
    {
        IndicatorState s = b.Indicators;
        w.Int32(s.Buckets);
        w.Int32(s.Cross);
        w.Double(s.LastClose);
        w.Double(s.GainMean);
        w.Double(s.LossMean);
        w.Int128(s.GainSeed);
        w.Int128(s.LossSeed);
        w.Int128(s.ShortSum);
        w.Int128(s.LongSum);
        w.Int64(b.FirstEnd);
        w.Int64(b.LastEnd);
        w.Int64(b.LastPartialEnd);

        int count = b.Closes.End - b.Closes.First;
        bool areDense = AreDense(b.Closes, window);
        w.Int32(count);
        w.Int32(areDense ? 1 : 0);
        for (int n = b.Closes.First; n < b.Closes.End; n++)
        {
            if (!areDense || n == b.Closes.First)
            {
                w.UInt32(b.Closes.StartAt(n));
            }
        }

        for (int n = b.Closes.First; n < b.Closes.End; n++)
        {
            w.Double(b.Closes.CloseAt(n));
        }
    }

    private static SeriesBase ReadBase(ref StateReader r, Interval window)
    {
        IndicatorState s = default;
        s.Buckets = r.Int32();
        s.Cross = (sbyte)r.Int32();
        s.LastClose = r.Double();
        s.GainMean = r.Double();
        s.LossMean = r.Double();
        s.GainSeed = r.Int128();
        s.LossSeed = r.Int128();
        s.ShortSum = r.Int128();
        s.LongSum = r.Int128();
        long firstEnd = r.Int64(), lastEnd = r.Int64(), lastPartialEnd = r.Int64();

        uint[] starts = new uint[r.Int32()];
        bool areDense = r.Int32() == 1;
        for (int i = 0; i < starts.Length; i++)
        {
            starts[i] = areDense && i > 0 ? starts[i - 1] + SecondsOf(window) : r.UInt32();
        }

        double[] closes = new double[starts.Length];
        for (int i = 0; i < closes.Length; i++)
        {
            closes[i] = r.Double();
        }

        return s.Buckets == 0 ? SeriesBase.Empty : new SeriesBase(s, CloseHistory.Of(starts, closes, s.Buckets), firstEnd, lastEnd, lastPartialEnd);
    }

    private static bool AreDense(CloseHistory closes, Interval window)
    {
        if (SecondsOf(window) == 0)
        {
            return false;
        }

        for (int n = closes.First + 1; n < closes.End; n++)
        {
            if (closes.StartAt(n) != closes.StartAt(n - 1) + SecondsOf(window))
            {
                return false;
            }
        }

        return true;
    }

    private static uint SecondsOf(Interval window) => (uint)(window.Micros / UnixMicros.PerSecond);

    // What the rows are a function of; the delay acts through the watermarks alone.
    private static uint Fingerprint(SignalContext context)
    {
        uint crc = uint.MaxValue;
        foreach (Timeframe t in context.Settings.Timeframes)
        {
            crc = BitOperations.Crc32C(crc, (uint)((t.Source.Rank << 8) | t.Window.Rank));
            crc = BitOperations.Crc32C(crc, (ulong)context.Watermarks.MicrosOf(t.Source));
        }

        foreach (FearGreedPoint p in context.Index.Points)
        {
            crc = BitOperations.Crc32C(crc, (ulong)p.Time.Value);
            crc = BitOperations.Crc32C(crc, (uint)p.Value);
            foreach (char c in p.Label)
            {
                crc = BitOperations.Crc32C(crc, (ushort)c);
            }
        }

        return crc;
    }
}
