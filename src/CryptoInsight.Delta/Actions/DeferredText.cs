using System.Text;

namespace CryptoInsight.Delta.Actions;

/// <summary>Text that is made when it is asked for, and not kept.</summary>
internal abstract class DeferredText
{
    /// <summary>Makes the text.</summary>
    internal string Read() => Encoding.UTF8.GetString(Utf8);

    /// <summary>The bytes of the text.</summary>
    internal abstract ReadOnlySpan<byte> Utf8 { get; }
}

/// <summary>Text kept as its bytes: half the memory of a string.</summary>
internal sealed class Utf8Text(byte[] bytes) : DeferredText
{
    internal override ReadOnlySpan<byte> Utf8 => bytes;
}
