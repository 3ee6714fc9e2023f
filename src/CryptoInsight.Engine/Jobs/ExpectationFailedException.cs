namespace CryptoInsight.Engine.Jobs;

/// <summary>A row broke a rule whose action is to fail: the job stops until an operator decides.</summary>
public sealed class ExpectationFailedException(string message) : Exception(message);
