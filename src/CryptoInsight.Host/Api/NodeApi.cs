using System.Text.Json;
using System.Text.Json.Serialization;
using CryptoInsight.Engine;
using CryptoInsight.Engine.Flows;
using CryptoInsight.Host.Commands;
using CryptoInsight.Host.Node;
using CryptoInsight.Host.SqlWorkers;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging.Console;

namespace CryptoInsight.Host.Api;

/// <summary>The node's HTTP side: health, <c>/api/v1</c> and the page.</summary>
public static class NodeApi
{
    /// <summary>How long a request under way may take when the node stops: the jobs' last commits come after it.</summary>
    private static readonly TimeSpan s_answersWithin = TimeSpan.FromSeconds(3);

    public static async Task<WebApplication> StartAsync(
        Uri bind, MedallionPipeline pipeline, ExchangeConnection exchange, IReadOnlyList<SeriesStart> series, CancellationToken ct)
    {
        string root = Path.Combine(AppContext.BaseDirectory, "wwwroot");
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, Args = [] });
        builder.WebHost.UseUrls(bind.ToString());
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(o => o.SingleLine = true);
        builder.Services.Configure<ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace); // answers go to the output, messages do not
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None); // a start that fails is told by the command, once
        builder.Services.AddProblemDetails(o => o.CustomizeProblemDetails = Explain);
        builder.Services.ConfigureHttpJsonOptions(o =>
        {
            o.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
            o.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
        });
        builder.Services.AddSingleton(p => new WorkerPool( // made here, so ended with the application
            pipeline.Lake.Location, WorkerLimits.Of(pipeline.Options.Sql), pipeline.Clock, warning => p.GetRequiredService<ILoggerFactory>().CreateLogger("CryptoInsight.Sql").LogWarning("{Warning}", warning)));
        builder.Services.AddSingleton(_ => new ChangeEndpoints(pipeline));
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = s_answersWithin);
        WebApplication app = builder.Build();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.Use(SecurityHeaders);
        app.Use(ActionGuard.CheckHost);
        if (Directory.Exists(root))
        {
            var files = new PhysicalFileProvider(root);
            app.UseDefaultFiles(new DefaultFilesOptions { FileProvider = files });
            app.UseStaticFiles(new StaticFileOptions { FileProvider = files });
        }

        else
        {
            app.MapGet("/", () => TypedResults.Text("This build has no page (it was built with -p:SkipWeb=true). Build it without that, with Node 20 installed; the API is at /api/v1."));
        }

        HealthEndpoints.Map(app, pipeline);
        RouteGroupBuilder api = app.MapGroup("/api/v1");
        new MarketEndpoints(pipeline, exchange, series).Map(api);
        new SentimentEndpoints(pipeline.Lake).Map(api);
        new JobEndpoints(pipeline).Map(api);
        new IngestEndpoints(pipeline, exchange).Map(api);
        app.Services.GetRequiredService<ChangeEndpoints>().Map(api);
        new SqlEndpoints(pipeline, app.Services.GetRequiredService<WorkerPool>()).Map(api);
        try
        {
            await app.StartAsync(ct);
            return app;
        }
        catch (Exception refused) when (refused is IOException or System.Net.Sockets.SocketException)
        {
            await app.DisposeAsync();
            throw new CommandFailedException($"The node cannot listen at {bind.Authority}: {refused.Message} Choose another port with --http 127.0.0.1:PORT (0: any free one).");
        }
    }

    /// <summary>What the framework refuses by itself is told like everything else: what is wrong, and what to send instead.</summary>
    private static void Explain(ProblemDetailsContext context) => context.ProblemDetails.Detail ??= context.ProblemDetails.Status switch
    {
        StatusCodes.Status400BadRequest => "A parameter or the body cannot be read as what it stands for: limits and times are whole numbers, switches are true or false.",
        StatusCodes.Status404NotFound => "There is nothing at this path. The page is at /, the API below /api/v1, the health of the node at /health/ready.",
        StatusCodes.Status405MethodNotAllowed => "This path takes another method: things are read by GET, actions are started by POST.",
        StatusCodes.Status413PayloadTooLarge => "The body is too large; nothing here needs one.",
        _ => null,
    };

    /// <summary>A request that names something wrong: what, and what to send instead.</summary>
    public static ProblemHttpResult Wrong(string detail) => TypedResults.Problem(detail, statusCode: StatusCodes.Status400BadRequest, title: "The request cannot be answered");

    private static Task SecurityHeaders(HttpContext context, RequestDelegate next)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        return next(context);
    }
}
