using System.Globalization;
using System.Numerics;
using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Quality;

/// <summary>The rules that one candle breaks.</summary>
/// <remarks>A value without heap; texts are made only when asked for.</remarks>
public readonly record struct CandleFindings
{
    private readonly ExpectationSet? _set;

    internal CandleFindings(ExpectationSet set, uint broken)
    {
        _set = set;
        Broken = broken;
    }

    internal uint Broken { get; }

    /// <summary>True if no rule is broken.</summary>
    public bool IsClean => Broken == 0;

    /// <summary>The gravest action among the broken rules, or null if none is broken.</summary>
    public ExpectationAction? Worst => _set?.WorstOf(Broken);

    /// <summary>The first broken rule whose action is the gravest, or null.</summary>
    public Expectation? Gravest
    {
        get
        {
            if (_set is null || Worst is not { } worst)
            {
                return null;
            }

            for (uint left = Broken; left != 0; left &= left - 1)
            {
                Expectation e = _set.Expectations[BitOperations.TrailingZeroCount(left)];
                if (e.Action == worst)
                {
                    return e;
                }
            }

            return null;
        }
    }

    /// <summary>True if the rule is broken.</summary>
    public bool Breaks(CandleRule rule) => (Broken & ExpectationSet.Bit(rule)) != 0;

    /// <summary>Quarantine with code and message if that is the gravest action, else null (clean, only warned of, or failing: then the caller stops the job).</summary>
    public SilverVerdict.Quarantined? ToQuarantine(SilverCandle candle) =>
        Worst == ExpectationAction.Quarantine ? new SilverVerdict.Quarantined(Gravest!.Code, Describe(candle)) : null;

    /// <summary>What is wrong with the candle, in one sentence per broken rule.</summary>
    /// <remarks>Numbers and times only: nothing of the source's own text is repeated.</remarks>
    public string Describe(SilverCandle candle)
    {
        ArgumentNullException.ThrowIfNull(candle);
        CandleFindings findings = this;
        IEnumerable<string> sentences = Enum.GetValues<CandleRule>().Where(rule => findings.Breaks(rule)).Select(rule => Sentence(rule, candle));
        return $"{candle.Symbol} {candle.Interval} {candle.Candle.OpenTime}: {string.Join(" ", sentences)}";
    }

    private static string Sentence(CandleRule rule, SilverCandle s)
    {
        Candle c = s.Candle;
        return rule switch
        {
            CandleRule.TimeImplausible => $"Open time {c.OpenTime}, close time {c.CloseTime} and ingest time {s.IngestTime} cannot be a candle's.",
            CandleRule.OffGrid => $"Open time {c.OpenTime} does not start a candle of {s.Interval}.",
            CandleRule.NotFinite => $"A number is not finite (open {Text(c.Open)}, high {Text(c.High)}, low {Text(c.Low)}, close {Text(c.Close)}, volume {Text(c.Volume)}).",
            CandleRule.OutOfRange => $"A number is beyond any market (prices and volumes {Text(Candle.MagnitudeMax)}, trades {Candle.TradesMax}).",
            CandleRule.LowAboveBody => $"Low {Text(c.Low)} is above open {Text(c.Open)} or close {Text(c.Close)}.",
            CandleRule.HighBelowBody => $"High {Text(c.High)} is below open {Text(c.Open)} or close {Text(c.Close)}.",
            CandleRule.VolumeNegative => $"A volume is negative (volume {Text(c.Volume)}).",
            CandleRule.TradesNegative => $"Trades are negative ({c.Trades}).",
            CandleRule.CloseAfterIngest => $"Close time {c.CloseTime} is more than {ExpectationSet.ClockErrorMax.TotalSeconds} s after ingest time {s.IngestTime}: the candle was still open.",
            CandleRule.CloseBeyondInterval => $"Close time {c.CloseTime} is after the candle's end {s.Interval.Next(c.OpenTime)}.",
            _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, "Not a rule."),
        };
    }

    private static string Text(double x) => x.ToString("R", CultureInfo.InvariantCulture);
}
