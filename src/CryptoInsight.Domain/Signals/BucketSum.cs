using System.Runtime.CompilerServices;
using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Signals;

/// <summary>The candles of one bucket, added up.</summary>
internal struct BucketSum
{
    public long Start;
    public long End;
    public double Open;
    public double High;
    public double Low;
    public double Close;
    public Int128 CloseSum;
    public Int128 VolumeSum;
    public Int128 QuoteVolumeSum;
    public long TradesSum;
    public int Candles;
    public int CandlesExpected;
    public bool QuoteVolumeLacks;
    public bool TradesLack;

    public readonly bool IsComplete => Candles == CandlesExpected;

    /// <summary>Adds up the bucket that begins at <paramref name="position"/> and moves the position past it.</summary>
    /// <param name="bars">Sorted by open time, each time once.</param>
    /// <param name="position">Of the bucket's first bar.</param>
    /// <param name="timeframe">Which buckets.</param>
    /// <param name="bucket">The result; its old end spares the division if the bucket follows it.</param>
    public static void Next(ReadOnlySpan<Bar> bars, ref int position, Timeframe timeframe, ref BucketSum bucket)
    {
        ref readonly Bar first = ref bars[position];
        Interval window = timeframe.Window;
        long micros = window.Micros;
        if (micros > 0 && first.OpenTime == bucket.End)
        {
            bucket.Start = bucket.End;
            bucket.End += micros;
        }
        else
        {
            UnixMicros start = window.Floor(new UnixMicros(first.OpenTime));
            bucket.Start = start.Value;
            bucket.End = window.Next(start).Value;
            bucket.CandlesExpected = window.CandlesIn(start, timeframe.Source);
        }

        bucket.Open = first.Open;
        bucket.High = first.High;
        bucket.Low = first.Low;
        bucket.CloseSum = default;
        bucket.VolumeSum = default;
        bucket.QuoteVolumeSum = default;
        bucket.TradesSum = 0;
        bucket.QuoteVolumeLacks = false;
        bucket.TradesLack = false;
        int begin = position;
        int i = begin;
        do
        {
            bucket.Add(in bars[i]);
            i++;
        }
        while (i < bars.Length && bars[i].OpenTime < bucket.End);

        bucket.Close = bars[i - 1].Close;
        bucket.Candles = i - begin;
        position = i;
    }

    /// <summary>Every bucket of these bars.</summary>
    public static List<BucketSum> All(ReadOnlySpan<Bar> bars, Timeframe timeframe)
    {
        List<BucketSum> buckets = [];
        BucketSum bucket = default;
        for (int i = 0; i < bars.Length;)
        {
            Next(bars, ref i, timeframe, ref bucket);
            buckets.Add(bucket);
        }

        return buckets;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(in Bar bar)
    {
        High = Math.Max(High, bar.High);
        Low = Math.Min(Low, bar.Low);
        CloseSum += FixedPoint.Of(bar.Close);
        VolumeSum += FixedPoint.Of(bar.Volume);
        if (double.IsNaN(bar.QuoteVolume))
        {
            QuoteVolumeLacks = true;
        }
        else
        {
            QuoteVolumeSum += FixedPoint.Of(bar.QuoteVolume);
        }

        if (bar.Trades == Bar.NoTrades)
        {
            TradesLack = true;
        }
        else
        {
            TradesSum += bar.Trades;
        }
    }
}
