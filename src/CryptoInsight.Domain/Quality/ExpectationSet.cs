using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Quality;

/// <summary>Every rule of Silver with its configured action, and the judgement of candles by them.</summary>
/// <remarks>Immutable, value equality. Judging allocates nothing. <b>Source</b>: DESIGN 6, "Silver".</remarks>
public sealed class ExpectationSet : IEquatable<ExpectationSet>
{
    /// <summary>How much the exchange's clock may be ahead of ours before a candle counts as still open.</summary>
    public static readonly TimeSpan ClockErrorMax = TimeSpan.FromSeconds(5);

    private const long ClockErrorMaxMicros = 5 * UnixMicros.PerSecond;

    private readonly Expectation[] _byRule;
    private readonly uint _quarantining;
    private readonly uint _failing;

    private ExpectationSet(Expectation[] byRule)
    {
        _byRule = byRule;
        _quarantining = MaskOf(ExpectationAction.Quarantine);
        _failing = MaskOf(ExpectationAction.Fail);
    }

    /// <summary>Every rule quarantines, except that a candle which ends after its interval is only counted.</summary>
    public static ExpectationSet Default { get; } = new([.. Enum.GetValues<CandleRule>().Select(rule =>
        new Expectation(rule, rule == CandleRule.CloseBeyondInterval ? ExpectationAction.Warn : ExpectationAction.Quarantine))]);

    /// <summary>The expectations in the order of <see cref="CandleRule"/>.</summary>
    public IReadOnlyList<Expectation> Expectations => _byRule;

    /// <summary>The expectation of a rule.</summary>
    public Expectation this[CandleRule rule] => _byRule[(int)rule];

    /// <summary>The same with another action for one rule; <see cref="ArgumentException"/> where only a warning would let through what Gold cannot be computed from.</summary>
    public ExpectationSet With(CandleRule rule, ExpectationAction action)
    {
        Expectation changed = new(rule, action);
        if (changed.IsVital && action == ExpectationAction.Warn)
        {
            throw new ArgumentException(VitalFault(changed), nameof(action));
        }

        Expectation[] byRule = [.. _byRule];
        byRule[(int)rule] = changed;
        return new ExpectationSet(byRule);
    }

    /// <summary>The default with actions by code as a configuration has them (<c>warn</c>, <c>quarantine</c>, <c>fail</c>); <see cref="FormatException"/> lists every fault.</summary>
    public static ExpectationSet Parse(IEnumerable<KeyValuePair<string, string>> actionByCode)
    {
        ArgumentNullException.ThrowIfNull(actionByCode);
        ExpectationSet set = Default;
        List<string> faults = [];
        foreach ((string code, string actionName) in actionByCode)
        {
            Expectation? known = Array.Find(Default._byRule, e => e.Code == code);
            bool isAction = Enum.TryParse(actionName, ignoreCase: true, out ExpectationAction action) && Enum.IsDefined(action) && char.IsAsciiLetter(actionName[0]);
            if (known is null)
            {
                faults.Add("An unknown rule is configured.");
            }
            else if (!isAction)
            {
                faults.Add($"Rule {known.Code} has no action warn, quarantine or fail.");
            }
            else if (known.IsVital && action == ExpectationAction.Warn)
            {
                faults.Add(VitalFault(known));
            }
            else
            {
                set = set.With(known.Rule, action);
            }
        }

        return faults.Count == 0
            ? set
            : throw new FormatException($"The expectations are refused: {string.Join(" ", faults)} Known rules: {string.Join(", ", Default._byRule.Select(e => e.Code))}.");
    }

    /// <summary>Judges a candle.</summary>
    public CandleFindings Judge(SilverCandle candle)
    {
        ArgumentNullException.ThrowIfNull(candle);
        return Judge(candle.Interval, candle.Candle, candle.IngestTime);
    }

    /// <summary>Judges a candle of an interval that arrived at <paramref name="ingestTime"/>.</summary>
    public CandleFindings Judge(Interval interval, in Candle c, UnixMicros ingestTime)
    {
        ArgumentNullException.ThrowIfNull(interval);
        uint broken = 0;
        bool isFinite = double.IsFinite(c.Open) & double.IsFinite(c.High) & double.IsFinite(c.Low) & double.IsFinite(c.Close) & double.IsFinite(c.Volume)
            & double.IsFinite(c.QuoteVolume.GetValueOrDefault()) & double.IsFinite(c.TakerBuyBase.GetValueOrDefault()) & double.IsFinite(c.TakerBuyQuote.GetValueOrDefault());
        if (!isFinite)
        {
            broken |= Bit(CandleRule.NotFinite);
        }
        else
        {
            broken |= BrokenNumbers(c);
        }

        bool isPlausible = c.OpenTime.IsPlausible & c.CloseTime.IsPlausible & ingestTime.IsPlausible & c.CloseTime >= c.OpenTime;
        if (!isPlausible)
        {
            broken |= Bit(CandleRule.TimeImplausible);
        }
        else
        {
            broken |= BrokenTimes(interval, c, ingestTime);
        }

        if (c.Trades.GetValueOrDefault() < 0)
        {
            broken |= Bit(CandleRule.TradesNegative);
        }

        if (c.Trades.GetValueOrDefault() is > Candle.TradesMax or < -Candle.TradesMax)
        {
            broken |= Bit(CandleRule.OutOfRange);
        }

        return new CandleFindings(this, broken);
    }

    /// <inheritdoc/>
    public bool Equals(ExpectationSet? other) => other is not null && _byRule.AsSpan().SequenceEqual(other._byRule);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ExpectationSet);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_quarantining, _failing);

    internal ExpectationAction? WorstOf(uint broken) =>
        broken == 0 ? null
        : (broken & _failing) != 0 ? ExpectationAction.Fail
        : (broken & _quarantining) != 0 ? ExpectationAction.Quarantine
        : ExpectationAction.Warn;

    internal static uint Bit(CandleRule rule) => 1u << (int)rule;

    private static uint BrokenNumbers(in Candle c)
    {
        uint broken = 0;
        double prices = Math.Max(Math.Max(Math.Abs(c.Open), Math.Abs(c.Close)), Math.Max(Math.Abs(c.High), Math.Abs(c.Low)));
        double volumes = Math.Max(Math.Abs(c.Volume), Math.Abs(c.QuoteVolume.GetValueOrDefault()));
        double taker = Math.Max(Math.Abs(c.TakerBuyBase.GetValueOrDefault()), Math.Abs(c.TakerBuyQuote.GetValueOrDefault()));
        if (prices > Candle.MagnitudeMax | volumes > Candle.MagnitudeMax | taker > Candle.MagnitudeMax)
        {
            broken |= Bit(CandleRule.OutOfRange);
        }

        if (c.Low > Math.Min(c.Open, c.Close))
        {
            broken |= Bit(CandleRule.LowAboveBody);
        }

        if (c.High < Math.Max(c.Open, c.Close))
        {
            broken |= Bit(CandleRule.HighBelowBody);
        }

        if (c.Volume < 0 | c.QuoteVolume.GetValueOrDefault() < 0 | c.TakerBuyBase.GetValueOrDefault() < 0 | c.TakerBuyQuote.GetValueOrDefault() < 0)
        {
            broken |= Bit(CandleRule.VolumeNegative);
        }

        return broken;
    }

    private static uint BrokenTimes(Interval interval, in Candle c, UnixMicros ingestTime)
    {
        uint broken = 0;
        if (!interval.IsAligned(c.OpenTime))
        {
            broken |= Bit(CandleRule.OffGrid);
        }

        if (c.CloseTime > interval.Next(c.OpenTime))
        {
            broken |= Bit(CandleRule.CloseBeyondInterval);
        }

        if (c.CloseTime > ingestTime + ClockErrorMaxMicros)
        {
            broken |= Bit(CandleRule.CloseAfterIngest);
        }

        return broken;
    }

    private uint MaskOf(ExpectationAction action) => _byRule.Where(e => e.Action == action).Aggregate(0u, (mask, e) => mask | Bit(e.Rule));

    private static string VitalFault(Expectation e) =>
        $"Rule {e.Code} cannot only warn: Gold cannot be computed from a row that breaks it. Choose quarantine or fail.";
}
