namespace CryptoInsight.Engine.Jobs;

/// <summary>Somebody waits for a job that FAILED or is paused.</summary>
public sealed class JobStoppedException(string message) : Exception(message);
