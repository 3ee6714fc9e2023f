using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using CryptoInsight.Domain.Signals;

namespace CryptoInsight.Engine.Jobs;

/// <summary>The number that stands in Gold's commits for the signal settings and for which tables the versions beside it belong to: another setting or another table, another number.</summary>
/// <remarks>Gold's positions are numbers only; a source that was deleted and made again would count from 0 under the same name, so its id goes in here.</remarks>
public static class SettingsGeneration
{
    /// <summary>Raised by hand when the arithmetic of the signals changes, so that Gold is computed anew.</summary>
    private const string CodeGeneration = "signals/1";

    /// <param name="settings">Timeframes and delay.</param>
    /// <param name="silverId">The id of <c>silver_charts</c> in its own metadata.</param>
    /// <param name="indexId">The id of <c>silver_fear_greed</c>, empty if there is none.</param>
    public static long Of(SignalSettings settings, string silverId, string indexId)
    {
        ArgumentNullException.ThrowIfNull(settings);
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{CodeGeneration}; {settings}; {silverId}; {indexId}"));
        return BinaryPrimitives.ReadInt64BigEndian(hash) & long.MaxValue;
    }
}
