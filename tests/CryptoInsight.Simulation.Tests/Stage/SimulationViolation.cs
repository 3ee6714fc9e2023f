namespace CryptoInsight.Simulation.Tests.Stage;

/// <summary>A promise of the product was broken in a run.</summary>
internal sealed class SimulationViolation(string message, Exception? cause = null) : Exception(message, cause);
