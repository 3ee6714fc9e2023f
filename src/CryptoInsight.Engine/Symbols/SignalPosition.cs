using CryptoInsight.Domain.Signals;

namespace CryptoInsight.Engine.Symbols;

/// <summary>What Gold is a function of: a version of Silver, a version of the index, a generation of settings, and the watermarks that follow from the first and the last.</summary>
/// <param name="SilverVersion">-1: before the first version, no rows.</param>
public sealed record SignalPosition(long SilverVersion, long IndexVersion, long ConfigGeneration, Watermarks Watermarks, FearGreedIndex Index)
{
    /// <summary>The context of the arithmetic.</summary>
    public SignalContext Context(SignalSettings settings) => new(settings, Watermarks, Index);
}
