using System.Numerics;

namespace CryptoInsight.Domain.Quality;

/// <summary>How many rows broke each rule: one batch's or one run's counters.</summary>
/// <remarks>A row that breaks two rules counts for both. For one thread.</remarks>
public sealed class ExpectationCounts
{
    private readonly long[] _byRule = new long[Enum.GetValues<CandleRule>().Length];

    /// <summary>Rows judged.</summary>
    public long Judged { get; private set; }

    /// <summary>Rows that broke at least one rule.</summary>
    public long Broken { get; private set; }

    /// <summary>Rows that broke a rule.</summary>
    public long this[CandleRule rule] => _byRule[(int)rule];

    /// <summary>Counts one judgement.</summary>
    public void Add(CandleFindings findings)
    {
        Judged++;
        Broken += findings.IsClean ? 0 : 1;
        for (uint left = findings.Broken; left != 0; left &= left - 1)
        {
            _byRule[BitOperations.TrailingZeroCount(left)]++;
        }
    }

    /// <summary>Adds another batch's counters.</summary>
    public void Add(ExpectationCounts other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Judged += other.Judged;
        Broken += other.Broken;
        for (int i = 0; i < _byRule.Length; i++)
        {
            _byRule[i] += other._byRule[i];
        }
    }

    /// <summary>The rules that were broken, by code, with how often.</summary>
    public IReadOnlyDictionary<string, long> ByCode() =>
        Enum.GetValues<CandleRule>().Where(rule => this[rule] > 0).ToDictionary(Expectation.CodeOf, rule => this[rule]);
}
