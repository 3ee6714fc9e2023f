using CryptoInsight.Delta;
using CryptoInsight.Engine.Flows;

namespace CryptoInsight.Engine.Jobs;

/// <summary>A job that follows a table: its id, what it reads and how it is made.</summary>
/// <param name="Id">As in the operations of the replaced pipeline, such as <c>02_transform_silver_binance</c>.</param>
/// <param name="Source">The table it follows.</param>
/// <param name="SourceBell">Rings when the source has a commit.</param>
/// <param name="OutputBell">Is rung when the job committed.</param>
/// <param name="Start">Reads the job's state from the tables.</param>
public sealed record JobSpec(
    string Id, DeltaTable Source, TailLimits Limits, CommitBell SourceBell, CommitBell OutputBell, Func<JobStart, CancellationToken, Task<ITableJob>> Start)
    : ISupervisedJob
{
    /// <summary>The job's own table: a commit of others there makes the job start again, even when the source is silent.</summary>
    public required DeltaTable Output { get; init; }

    /// <inheritdoc/>
    public long Newest => Source.Snapshot.Version;

    /// <inheritdoc/>
    public async Task<OpenedJob> OpenAsync(JobStart start, CancellationToken ct)
    {
        ITableJob job = await Start(start, ct).ConfigureAwait(false);
        return new OpenedJob(job.Position, (owner, materializer) => TableFlow.Graph(this, job, owner).Run(materializer));
    }

    /// <inheritdoc/>
    public Task RegisterAsync(long position, CancellationToken ct) => Source.Readers.RegisterAsync(Id, position, ct);
}
