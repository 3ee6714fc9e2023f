using CryptoInsight.Engine;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Engine.Maintenance;
using CryptoInsight.Lake.Operations;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CryptoInsight.Host.Api;

/// <summary>The jobs: where they stand, their runs, and what an operator may tell them.</summary>
public sealed class JobEndpoints(MedallionPipeline pipeline)
{
    private const int RunsMax = 100;

    public void Map(RouteGroupBuilder api)
    {
        ArgumentNullException.ThrowIfNull(api);
        api.MapGet("/jobs", () => TypedResults.Ok(pipeline.Jobs.All.Select(JobDocument.Of)));
        api.MapGet("/jobs/{id}", ShowAsync);
        api.MapPost("/jobs/{id}/pause", (string id, CancellationToken ct) => TellAsync(id, new JobProtocol.Pause("operator"), ct)).RequireActionHeader();
        api.MapPost("/jobs/{id}/resume", (string id, CancellationToken ct) => TellAsync(id, new JobProtocol.Resume("operator"), ct)).RequireActionHeader();
        api.MapPost("/jobs/{id}/repair", (string id, bool? fromStart, CancellationToken ct) =>
            TellAsync(id, new JobProtocol.Repair(fromStart == true ? JobStart.Beginning : JobStart.Position, "operator"), ct)).RequireActionHeader();
        api.MapPost($"/jobs/{MaintenanceActor.Id}/run", RunAsync).RequireActionHeader();
    }

    private async Task<Results<Ok<string>, ProblemHttpResult>> RunAsync(string? table, string? kind, bool? dryRun, CancellationToken ct)
    {
        UpkeepKind? asked = Enum.GetValues<UpkeepKind>().Where(k => k.ToString().Equals(kind, StringComparison.OrdinalIgnoreCase)).Cast<UpkeepKind?>().FirstOrDefault();
        return kind is not null && asked is null
            ? NodeApi.Wrong($"kind is one of {string.Join(", ", Enum.GetNames<UpkeepKind>().Select(n => n.ToLowerInvariant()))}; leave it out for all.")
            : await pipeline.TellAsync(new MaintenanceProtocol.RunNow(table, asked, dryRun == true, "operator"), ct) switch
            {
                { IsDone: true } done => TypedResults.Ok(done.Text),
                var refused => TypedResults.Problem(refused.Text, statusCode: StatusCodes.Status409Conflict, title: "Maintenance does not do this"),
            };
    }

    private async Task<Results<Ok<JobDetailDocument>, ProblemHttpResult>> ShowAsync(string id, CancellationToken ct)
    {
        if (pipeline.Jobs.Find(id) is not { } status)
        {
            return Unknown(id);
        }

        await pipeline.Lake.Operations.JobRuns.Table.RefreshAsync(ct);
        List<JobRun> runs = await pipeline.Lake.Operations.JobRuns.ReadAsync(id, ct).ToListAsync(ct);
        return TypedResults.Ok(new JobDetailDocument(JobDocument.Of(status), [.. runs.OrderByDescending(r => r.StartedAt).Take(RunsMax).Select(RunDocument.Of)]));
    }

    private async Task<Results<Ok<string>, ProblemHttpResult>> TellAsync(string id, JobProtocol.ICommand command, CancellationToken ct) =>
        await pipeline.TellAsync(id, command, ct) switch
        {
            null => Unknown(id),
            { IsDone: true } done => TypedResults.Ok(done.Text),
            var refused => TypedResults.Problem(refused.Text, statusCode: StatusCodes.Status409Conflict, title: "The job is in no state for this"),
        };

    private ProblemHttpResult Unknown(string id) => MedallionPipeline.JobIds.Contains(id)
        ? TypedResults.Problem(
            $"{id} does not run here: its source is off, or this node has not begun to ask it.", statusCode: StatusCodes.Status409Conflict, title: "The job does not run")
        : TypedResults.Problem(
        $"There is no job of that id ({id.Length} characters); there are {string.Join(", ", pipeline.Jobs.All.Select(j => j.JobId))}.", statusCode: StatusCodes.Status404NotFound, title: "Unknown job");
}
