using CryptoInsight.Domain.Signals;

namespace CryptoInsight.Engine.Symbols;

/// <summary>What Gold is a function of: a version of Silver, a version of the index, a generation of settings, and the watermarks that follow from the first and the last.</summary>
/// <param name="SilverVersion">-1: before the first version, no rows.</param>
/// <param name="IndexVersion">Version of <c>silver_fear_greed</c>; -1: none, an empty index.</param>
/// <param name="Index">The index as of <paramref name="IndexVersion"/>. Null in a message that crossed the wire: a message names the index by version only, and the receiving
/// node reads it from the table once (<c>FearGreedVersions</c>), so that a thousand questions do not carry a thousand copies.</param>
/// <remarks>Two positions are equal if their versions, generation and watermarks are: the version says what the index is.</remarks>
public sealed record SignalPosition(long SilverVersion, long IndexVersion, long ConfigGeneration, Watermarks Watermarks, FearGreedIndex? Index)
{
    /// <summary>The context of the arithmetic.</summary>
    public SignalContext Context(SignalSettings settings) =>
        new(settings, Watermarks, Index ?? throw new InvalidOperationException($"The index at version {IndexVersion} was not looked up."));

    public bool Equals(SignalPosition? other) =>
        other is not null && SilverVersion == other.SilverVersion && IndexVersion == other.IndexVersion && ConfigGeneration == other.ConfigGeneration && Watermarks.Equals(other.Watermarks);

    public override int GetHashCode() => HashCode.Combine(SilverVersion, IndexVersion, ConfigGeneration, Watermarks);
}
