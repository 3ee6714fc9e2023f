using CryptoInsight.Delta;

namespace CryptoInsight.Engine.Flows;

/// <summary>What a job's stream hands to the job. A closed union.</summary>
public abstract record JobWork
{
    private JobWork()
    {
    }

    /// <summary>A step of the source to take in.</summary>
    public sealed record Step(TailStep Tail) : JobWork;

    /// <summary>Others changed the job's own table in this version: everything in memory is void.</summary>
    public sealed record Foreign(long Version) : JobWork;

    public T Match<T>(Func<Step, T> step, Func<Foreign, T> foreign) => this switch
    {
        Step s => step(s),
        Foreign f => foreign(f),
        _ => throw new InvalidOperationException("The union is closed."),
    };
}
