namespace CryptoInsight.Host.Commands;

/// <summary>The command was called wrongly: says what to write instead. Exit code 2.</summary>
public sealed class UsageException(string message) : Exception(message);
