namespace CryptoInsight.Domain.Quality;

/// <summary>A rule and what happens to a row that breaks it.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Action">What happens.</param>
public sealed record Expectation(CandleRule Rule, ExpectationAction Action)
{
    /// <summary>The rule's stable name: <c>error_code</c> in the dead-letter table, the key in the configuration and the label of its counter.</summary>
    public string Code => CodeOf(Rule);

    /// <summary>True if Gold cannot be computed from rows that break the rule, so that a mere warning is refused.</summary>
    public bool IsVital => Rule is CandleRule.TimeImplausible or CandleRule.OffGrid or CandleRule.NotFinite or CandleRule.OutOfRange;

    /// <summary>The stable name of a rule.</summary>
    public static string CodeOf(CandleRule rule) => rule switch
    {
        CandleRule.TimeImplausible => "time_implausible",
        CandleRule.OffGrid => "off_grid",
        CandleRule.NotFinite => "not_finite",
        CandleRule.OutOfRange => "out_of_range",
        CandleRule.LowAboveBody => "low_above_body",
        CandleRule.HighBelowBody => "high_below_body",
        CandleRule.VolumeNegative => "volume_negative",
        CandleRule.TradesNegative => "trades_negative",
        CandleRule.CloseAfterIngest => "close_after_ingest",
        CandleRule.CloseBeyondInterval => "close_beyond_interval",
        _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, "Not a rule."),
    };
}
