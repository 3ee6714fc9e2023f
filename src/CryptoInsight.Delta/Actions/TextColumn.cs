namespace CryptoInsight.Delta.Actions;

/// <summary>The texts of many files in one place: a file keeps only its row.</summary>
internal abstract class TextColumn
{
    /// <summary>The UTF-8 bytes of a row; empty if it has no text.</summary>
    internal abstract ReadOnlySpan<byte> At(int row);
}
