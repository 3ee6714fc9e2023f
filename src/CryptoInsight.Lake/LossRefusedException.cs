namespace CryptoInsight.Lake;

/// <summary>What was asked for would lose accepted rows, and nobody said that this is wanted.</summary>
public sealed class LossRefusedException(string message) : Exception(message);
