namespace CryptoInsight.Simulation.Tests.World;

/// <summary>What a seed's run is like, drawn from the seed before it begins.</summary>
internal sealed record SimulationPlan
{
    /// <summary>Steps of the stage before the faults stop.</summary>
    public required int WildSteps { get; init; }

    public required double StoreFaultRate { get; init; }

    public required double MessageLossRate { get; init; }

    public required double MessageDoubleRate { get; init; }

    /// <summary>Chance per step that something happens: a crash, maintenance, somebody's hand.</summary>
    public required double EventRate { get; init; }

    /// <summary>Batches of the exchange in the wild part.</summary>
    public required int BatchesMax { get; init; }

    public required bool WithEdits { get; init; }

    public required bool WithRestores { get; init; }

    public required bool WithSettingsChanges { get; init; }

    public required bool WithIndex { get; init; }

    public static SimulationPlan Of(Random random) => new()
    {
        WildSteps = random.Next(2_500, 6_000),
        StoreFaultRate = random.Next(3) switch { 0 => 0, 1 => 0.002, _ => 0.01 },
        MessageLossRate = random.Next(3) switch { 0 => 0, 1 => 0.05, _ => 0.25 },
        MessageDoubleRate = random.Next(2) == 0 ? 0 : 0.2,
        EventRate = random.Next(3) switch { 0 => 0.002, 1 => 0.006, _ => 0.015 },
        BatchesMax = random.Next(12, 40),
        WithEdits = random.Next(2) == 0,
        WithRestores = random.Next(2) == 0,
        WithSettingsChanges = random.Next(3) == 0,
        WithIndex = random.Next(2) == 0,
    };
}
