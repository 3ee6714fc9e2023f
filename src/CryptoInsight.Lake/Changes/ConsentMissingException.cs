namespace CryptoInsight.Lake.Changes;

/// <summary>A change that needs an operator's word, which was not given; the message says how to give it.</summary>
public sealed class ConsentMissingException(string message) : Exception(message);
