using System.Reflection;
using System.Runtime.Loader;

namespace CryptoInsight.Simulation.Tests.Mutation;

/// <summary>This simulation and all of the product once more, one assembly of it mutated, beside the real ones in the same process.</summary>
internal sealed class MutantContext(string mutatedPath) : AssemblyLoadContext(isCollectible: true)
{
    /// <summary>What a seed's run in here finds, or null.</summary>
    public Func<int, string?> Runner()
    {
        Assembly simulation = LoadFromAssemblyPath(typeof(SimulationRun).Assembly.Location);
        MethodInfo run = simulation.GetType(typeof(SimulationRun).FullName!)!.GetMethod(nameof(SimulationRun.ViolationOf), BindingFlags.Static | BindingFlags.Public)!;
        return run.CreateDelegate<Func<int, string?>>();
    }

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name?.StartsWith("CryptoInsight.", StringComparison.Ordinal) != true)
        {
            return null; // the framework and the packages are shared
        }

        string real = Path.Combine(AppContext.BaseDirectory, assemblyName.Name + ".dll");
        return LoadFromAssemblyPath(assemblyName.Name == Path.GetFileNameWithoutExtension(mutatedPath) ? mutatedPath : real);
    }
}
