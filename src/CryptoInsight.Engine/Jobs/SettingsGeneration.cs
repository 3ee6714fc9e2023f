using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using CryptoInsight.Domain.Signals;

namespace CryptoInsight.Engine.Jobs;

/// <summary>The number that stands for a set of signal settings in Gold's commits: equal settings, equal number; other settings, another one.</summary>
public static class SettingsGeneration
{
    /// <summary>Raised by hand when the arithmetic of the signals changes, so that Gold is computed anew.</summary>
    private const string CodeGeneration = "signals/1";

    public static long Of(SignalSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{CodeGeneration}; {settings}"));
        return BinaryPrimitives.ReadInt64BigEndian(hash) & long.MaxValue;
    }
}
