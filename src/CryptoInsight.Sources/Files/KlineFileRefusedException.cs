namespace CryptoInsight.Sources.Files;

/// <summary>Thrown inside an inspection, and by a reading whose file is no longer what was inspected.</summary>
public sealed class KlineFileRefusedException(KlineFileRefusal reason, string message) : Exception(message)
{
    /// <summary>The kind of reason.</summary>
    public KlineFileRefusal Reason { get; } = reason;
}
