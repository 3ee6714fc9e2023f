using System.Text;

namespace CryptoInsight.Simulation.Tests;

/// <summary>What became of one seed.</summary>
/// <param name="Violation">Null: every promise held.</param>
/// <param name="LastEvents">The end of the trace, if one did not.</param>
internal sealed record SimulationReport(int Seed, long Steps, long Events, string Hash, string? Violation, string LastEvents)
{
    public long BronzeVersions { get; init; }

    public long SilverVersions { get; init; }

    public long GoldVersions { get; init; }

    /// <summary>For the person who has to find the cause.</summary>
    public string Explain() => new StringBuilder()
        .AppendLine(System.Globalization.CultureInfo.InvariantCulture, $"Seed {Seed} broke a promise after {Steps} steps:")
        .AppendLine(Violation)
        .AppendLine()
        .AppendLine("The last events:")
        .AppendLine(LastEvents)
        .AppendLine(System.Globalization.CultureInfo.InvariantCulture, $"To repeat it: SEED={Seed} dotnet test tests/CryptoInsight.Simulation.Tests --filter One_seed")
        .ToString();
}
