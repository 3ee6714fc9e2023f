namespace CryptoInsight.Engine.Jobs;

/// <summary>Job states as tables and people write them.</summary>
public static class StateWord
{
    public static string Of(JobState state) => state.ToString().ToUpperInvariant();
}
