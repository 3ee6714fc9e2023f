namespace CryptoInsight.Host.Commands;

/// <summary>The command was understood but could not be done: says what, where and what to do. Exit code 1.</summary>
public sealed class CommandFailedException(string message) : Exception(message);
