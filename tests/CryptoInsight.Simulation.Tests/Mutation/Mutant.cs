namespace CryptoInsight.Simulation.Tests.Mutation;

/// <summary>A bug to plant: exact text of product sources, and what stands there instead.</summary>
/// <param name="Name">What went wrong, in words.</param>
/// <param name="Project">The project whose sources are changed, such as <c>CryptoInsight.Engine</c>.</param>
internal sealed record Mutant(string Name, string Project, params MutantEdit[] Edits)
{
    /// <summary>A seed that found it: the search begins there, to save time.</summary>
    public int FoundBy { get; init; } = 1;

    /// <summary>True if every run of CI looks for it; the others only when they are asked for.</summary>
    public bool IsInSlice { get; init; }

    public override string ToString() => Name;
}

/// <summary>One place of a mutant.</summary>
/// <param name="File">Below the project's folder.</param>
/// <param name="Old">Stands there exactly once; if the product moves on, the mutant has to follow.</param>
internal sealed record MutantEdit(string File, string Old, string New);
