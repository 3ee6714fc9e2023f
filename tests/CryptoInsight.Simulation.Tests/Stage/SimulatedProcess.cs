namespace CryptoInsight.Simulation.Tests.Stage;

/// <summary>Something that dies as a whole: whatever it had under way never goes on.</summary>
internal sealed class SimulatedProcess(string name)
{
    public string Name { get; } = name;

    public bool IsAlive { get; private set; } = true;

    /// <summary>Until this step of the stage nothing of it moves: a pause of its machine, from which a zombie wakes.</summary>
    public long StalledUntil { get; set; }

    public void Die() => IsAlive = false;

    public override string ToString() => Name;
}
