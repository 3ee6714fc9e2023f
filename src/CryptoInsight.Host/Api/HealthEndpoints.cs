using CryptoInsight.Engine;
using CryptoInsight.Engine.Jobs;

namespace CryptoInsight.Host.Api;

/// <summary><c>/health/live</c>: the process answers. <c>/health/ready</c>: every job runs; else 503 with what does not.</summary>
public static class HealthEndpoints
{
    public static void Map(IEndpointRouteBuilder app, MedallionPipeline pipeline)
    {
        app.MapGet("/health/live", () => TypedResults.Ok(new { status = "live" }));
        app.MapGet("/health/ready", () =>
        {
            IReadOnlyCollection<JobStatus> jobs = pipeline.Jobs.All;
            bool isReady = jobs.Count > 0 && jobs.All(j => j.State == JobState.Running) && pipeline.Signals.IsLoaded;
            return Results.Json(
                new
                {
                    status = isReady ? "ready" : "not ready",
                    jobs = jobs.Select(j => new { id = j.JobId, state = j.State.ToString().ToUpperInvariant(), j.Position, j.OutputVersion, j.RowsIn, j.RowsOut, j.RowsQuarantined, j.Restarts, j.Error }),
                },
                statusCode: isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        });
    }
}
