namespace CryptoInsight.Benchmarks.Measuring;

/// <summary>How busy the machine is, as the kernel says.</summary>
internal static class MachineLoad
{
    private const string LoadFile = "/proc/loadavg";

    /// <summary>The load average of the last minute, or "-" where the system does not say.</summary>
    public static string Now() => File.Exists(LoadFile) ? File.ReadAllText(LoadFile).Split(' ')[0] : "-";
}
