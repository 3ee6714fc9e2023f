using CryptoInsight.Delta;
using CryptoInsight.Engine;
using CryptoInsight.Host.Node;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Changes;
using CryptoInsight.Lake.Sql;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CryptoInsight.Host.Api;

/// <summary>Statements that change the lake, for commands that find this node running: OPTIMIZE, VACUUM, RESTORE TABLE, CREATE VIEW, DROP VIEW. One at a time.</summary>
/// <remarks>Jobs that a RESTORE concerns notice by the fence of their next commit, and start again from their tables.</remarks>
public sealed class ChangeEndpoints(MedallionPipeline pipeline) : IDisposable
{
    private readonly LakeChanges _changes = new(pipeline.Lake.Location, pipeline.Clock, NodeIdentity.NewRunId);
    private readonly SemaphoreSlim _one = new(1, 1);

    public void Map(RouteGroupBuilder api)
    {
        ArgumentNullException.ThrowIfNull(api);
        api.MapPost("/changes", RunAsync).RequireActionHeader();
    }

    public void Dispose() => _one.Dispose();

    private async Task<Results<Ok<ChangeDocument>, ProblemHttpResult>> RunAsync(ChangeRequest request, CancellationToken ct)
    {
        try
        {
            LakeChange change = LakeChange.Parse(pipeline.Lake.Location, request.Statement);
            if (change is LakeChange.DropTable)
            {
                return TypedResults.Problem(
                    $"DROP TABLE {change.Name} is refused while this node runs: its jobs hold their tables. Stop the node first.", statusCode: StatusCodes.Status409Conflict, title: "The change is refused");
            }

            await _one.WaitAsync(ct);
            try
            {
                return TypedResults.Ok(ChangeDocument.Of(await _changes.RunAsync(change, new ChangeConsent(request.AcceptLoss), ct)));
            }
            finally
            {
                _one.Release();
            }
        }
        catch (Exception refused) when (refused is SqlException or DeltaException or LossRefusedException or ConsentMissingException)
        {
            return TypedResults.Problem(refused.Message, statusCode: StatusCodes.Status409Conflict, title: "The change is refused");
        }
    }
}
