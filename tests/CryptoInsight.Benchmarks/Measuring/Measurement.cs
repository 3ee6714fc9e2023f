using System.Globalization;

namespace CryptoInsight.Benchmarks.Measuring;

/// <summary>One line of the result table.</summary>
/// <param name="Benchmark">The subcommand.</param>
/// <param name="What">What was measured.</param>
/// <param name="Ours">Our figure.</param>
/// <param name="Unit">Of both figures.</param>
internal sealed record Measurement(string Benchmark, string What, double Ours, string Unit)
{
    /// <summary>The opponent's figure, or null where there is none.</summary>
    public double? Theirs { get; init; }

    /// <summary>Who the opponent is.</summary>
    public string Opponent { get; init; } = "-";

    /// <summary>True for rates; false for times and sizes.</summary>
    public bool MoreIsBetter { get; init; }

    /// <summary>The least ratio that is asked for, or null.</summary>
    public double? RatioGoal { get; init; }

    /// <summary>The bound that our own figure is asked to keep, or null.</summary>
    public double? Goal { get; init; }

    /// <summary>Where the figure needs a remark.</summary>
    public string Note { get; init; } = "";

    /// <summary>Load average of the last minute when it was measured.</summary>
    public string Load { get; init; } = MachineLoad.Now();

    /// <summary>How many times better than the opponent.</summary>
    public double? Ratio => Theirs is { } theirs ? (MoreIsBetter ? Ours / theirs : theirs / Ours) : null;

    /// <summary>Whether every goal is met; null if there is none.</summary>
    public bool? Met => RatioGoal is null && Goal is null
        ? null
        : (RatioGoal is not { } r || Ratio >= r) && (Goal is not { } g || (MoreIsBetter ? Ours >= g : Ours <= g));

    public string GoalText => string.Join(", ", new[]
    {
        Goal is { } g ? string.Create(CultureInfo.InvariantCulture, $"{(MoreIsBetter ? "≥" : "≤")} {Figure(g)} {Unit}") : null,
        RatioGoal is { } r ? string.Create(CultureInfo.InvariantCulture, $"≥ {r}x") : null,
    }.OfType<string>());

    /// <summary>Three significant figures, thousands grouped.</summary>
    public static string Figure(double value) => Math.Abs(value) switch
    {
        >= 100 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        >= 1 => value.ToString("0.00", CultureInfo.InvariantCulture),
        _ => value.ToString("0.000", CultureInfo.InvariantCulture),
    };
}
