namespace CryptoInsight.Domain.Signals;

/// <summary>What the indicators remember of all buckets so far, besides the last closes.</summary>
internal struct IndicatorState
{
    public const int ShortMean = 50;
    public const int LongMean = 200;
    public const int RsiLength = 14;

    /// <summary>Buckets so far.</summary>
    public int Buckets;

    /// <summary>The last non-neutral state: 1 golden, -1 dead, 0 none yet.</summary>
    public sbyte Cross;

    public double LastClose;
    public double GainMean;
    public double LossMean;
    public Int128 GainSeed;
    public Int128 LossSeed;
    public Int128 ShortSum;
    public Int128 LongSum;

    /// <summary>Takes in the next bucket's close; <paramref name="closes"/> still holds only the buckets before it.</summary>
    public IndicatorValues Push(double close, CloseWindow closes)
    {
        Int128 whole = FixedPoint.Of(close);
        ShortSum += whole;
        LongSum += whole;
        if (Buckets >= ShortMean)
        {
            ShortSum -= FixedPoint.Of(closes.CloseAt(Buckets - ShortMean));
        }

        if (Buckets >= LongMean)
        {
            LongSum -= FixedPoint.Of(closes.CloseAt(Buckets - LongMean));
        }

        IndicatorValues values = default;
        values.Ma50 = Buckets >= ShortMean - 1 ? FixedPoint.Mean(ShortSum, ShortMean) : double.NaN;
        values.Ma200 = Buckets >= LongMean - 1 ? FixedPoint.Mean(LongSum, LongMean) : double.NaN;
        values.Rsi = Rsi(close);
        values.Cross = (sbyte)(values.Ma50 > values.Ma200 ? 1 : values.Ma50 < values.Ma200 ? -1 : 0); // false both times for NaN
        values.Crossed = values.Cross != 0 && Cross != 0 && values.Cross != Cross;
        if (values.Cross != 0)
        {
            Cross = values.Cross;
        }

        LastClose = close;
        Buckets++;
        return values;
    }

    private double Rsi(double close)
    {
        if (Buckets == 0)
        {
            return double.NaN;
        }

        double change = close - LastClose;
        double gain = change > 0 ? change : 0;
        double loss = change < 0 ? -change : 0;
        if (Buckets > RsiLength)
        {
            GainMean = (GainMean * (RsiLength - 1) + gain) / RsiLength;
            LossMean = (LossMean * (RsiLength - 1) + loss) / RsiLength;
        }
        else
        {
            // The seed is a mean of decimals like every other: whole hundred-millionths, one division at the end.
            GainSeed += FixedPoint.Of(gain);
            LossSeed += FixedPoint.Of(loss);
            if (Buckets < RsiLength)
            {
                return double.NaN;
            }

            GainMean = FixedPoint.Mean(GainSeed, RsiLength);
            LossMean = FixedPoint.Mean(LossSeed, RsiLength);
        }

        return LossMean == 0 ? (GainMean == 0 ? 50 : 100) : 100 - (100 / (1 + (GainMean / LossMean)));
    }
}
