namespace CryptoInsight.Engine.Options;

/// <summary>Settings that cannot be used: every fault, each with its key and what to write instead.</summary>
public sealed class SettingsException(IReadOnlyList<string> faults)
    : Exception("The settings cannot be used:" + string.Concat(faults.Select(f => $"{Environment.NewLine}  - {f}")))
{
    public IReadOnlyList<string> Faults { get; } = faults;
}
