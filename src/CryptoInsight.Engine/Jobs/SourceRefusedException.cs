namespace CryptoInsight.Engine.Jobs;

/// <summary>A source outside said that it will not answer: time does not heal that, somebody has to look.</summary>
public sealed class SourceRefusedException(string message) : Exception(message);
