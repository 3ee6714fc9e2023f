namespace CryptoInsight.Delta.Actions;

/// <summary>Text that is made when it is asked for, and not kept.</summary>
internal abstract class DeferredText
{
    /// <summary>Makes the text; null if there is none.</summary>
    internal abstract string? Read();
}
