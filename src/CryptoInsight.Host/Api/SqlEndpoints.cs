using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using CryptoInsight.Engine;
using CryptoInsight.Host.SqlWorkers;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Sql;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CryptoInsight.Host.Api;

/// <summary>SQL for the page: a statement runs in a worker process that can only read the lake, and is stopped when its user says so, goes away, or takes too much.</summary>
public sealed partial class SqlEndpoints(MedallionPipeline pipeline, WorkerPool workers)
{
    private const int StatementBytesMax = 128 << 10;
    private const string MillisecondsHeader = "X-CryptoInsight-Milliseconds";

    private readonly ConcurrentDictionary<string, CancellationTokenSource> _running = new(StringComparer.Ordinal);

    public void Map(RouteGroupBuilder api)
    {
        ArgumentNullException.ThrowIfNull(api);
        api.MapGet("/sql", SurfaceAsync);
        api.MapPost("/sql", RunAsync).RequireActionHeader().WithMetadata(new RequestSizeLimitAttribute(StatementBytesMax));
        api.MapPost("/sql/{id}/cancel", Cancel).RequireActionHeader();
    }

    private async Task<Ok<SqlSurfaceDocument>> SurfaceAsync(CancellationToken ct)
    {
        LakeLocation lake = pipeline.Lake.Location;
        var catalog = new LakeCatalog(lake);
        var names = new List<SqlNameDocument>();
        foreach (string table in await catalog.TableNamesAsync(ct))
        {
            names.Add(new SqlNameDocument(table, false, LakeTables.Definitions.TryGetValue(table, out Delta.TableDefinition? known) ? [.. known.Schema.Fields.Select(f => f.Name)] : []));
        }

        foreach (string view in await catalog.ViewNamesAsync(ct))
        {
            names.Add(new SqlNameDocument(view, true, []));
        }

        WorkerLimits limits = WorkerLimits.Of(pipeline.Options.Sql);
        return TypedResults.Ok(new SqlSurfaceDocument(
            lake.Catalog, lake.Schema, names, new SqlLimitsDocument(limits.Workers, limits.WallTimeMax.TotalSeconds, limits.MemoryBytesMax, limits.RowsMax)));
    }

    private async Task<IResult> RunAsync(SqlRequest request, HttpContext context)
    {
        if (string.IsNullOrWhiteSpace(request.Statement))
        {
            return NodeApi.Wrong("statement holds one SQL statement, such as SELECT * FROM gold_signals LIMIT 10.");
        }

        string id = request.Id ?? Guid.NewGuid().ToString("N");
        if (!IdPattern().IsMatch(id))
        {
            return NodeApi.Wrong("id is 8 to 64 letters, digits, - and _.");
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        if (!_running.TryAdd(id, stop))
        {
            return TypedResults.Problem("A statement of this id runs already; choose another id.", statusCode: StatusCodes.Status409Conflict, title: "The id is taken");
        }

        try
        {
            return (await workers.AskAsync(request.Statement, stop.Token)).Match(
                rows =>
                {
                    context.Response.Headers[MillisecondsHeader] = rows.Took.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture);
                    return TypedResults.Bytes(rows.Json, "application/json");
                },
                refused => Refused(refused.Message, StatusCodes.Status400BadRequest, "The statement cannot be run"),
                stopped => Refused("It was stopped before it was done.", StatusCodes.Status409Conflict, "The statement was stopped"),
                over => Refused(over.Message, StatusCodes.Status422UnprocessableEntity, "The statement took too much"),
                busy =>
                {
                    context.Response.Headers.RetryAfter = "5";
                    return Refused(busy.Message, StatusCodes.Status503ServiceUnavailable, "Too many statements at once");
                });
        }
        finally
        {
            _running.TryRemove(id, out _);
        }
    }

    private async Task<Results<NoContent, ProblemHttpResult>> Cancel(string id)
    {
        if (!_running.TryGetValue(id, out CancellationTokenSource? running))
        {
            return TypedResults.Problem("No statement of this id runs: it has ended, or never began.", statusCode: StatusCodes.Status404NotFound, title: "Nothing to stop");
        }

        try
        {
            await running.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself in this very moment.
        }

        return TypedResults.NoContent();
    }

    private static IResult Refused(string detail, int status, string title) => TypedResults.Problem(detail, statusCode: status, title: title);

    [GeneratedRegex("^[A-Za-z0-9_-]{8,64}$", RegexOptions.CultureInvariant)]
    private static partial Regex IdPattern();
}
