using System.CommandLine;
using System.Globalization;
using CryptoInsight.Delta;
using CryptoInsight.Domain.Market;
using CryptoInsight.Engine;
using CryptoInsight.Engine.Flows;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Host.Api;
using CryptoInsight.Host.Node;
using CryptoInsight.Lake;

namespace CryptoInsight.Host.Commands;

/// <summary><c>up</c>: the whole node. Backfill, ingestion, Silver, Gold, API and page, until it is stopped.</summary>
public static class UpCommand
{
    /// <summary>How long the index and the positions wait for the first charts.</summary>
    private static readonly TimeSpan s_chartsFirst = TimeSpan.FromSeconds(20);

    /// <summary>How long the page waits for the first new candles: what a start after a crash has to do first.</summary>
    private static readonly TimeSpan s_commitFirst = TimeSpan.FromSeconds(2);

    public static Command Create(GlobalOptions global)
    {
        ArgumentNullException.ThrowIfNull(global);
        ExchangeOptions exchange = new();
        var http = new Option<string?>("--http") { Description = "Where API and page listen", HelpName = "127.0.0.1:8080" };
        var command = new Command("up", "Run the whole node: ingest, transform, aggregate, serve the page");
        exchange.AddTo(command);
        command.Options.Add(http);
        command.SetAction(global.Run((_, context, ct) => RunAsync(context, ct), parsed => [.. exchange.Assignments(parsed), ("--http", "http.bind", parsed.GetValue(http))]));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, CancellationToken ct)
    {
        TimeProvider clock = TimeProvider.System;
        Uri bind = LoopbackBind.Parse(context.Options.HttpBind);
        string runId = NodeIdentity.NewRunId("up");
        using NodeLock held = NodeLock.Take(context.Options.Lake.Path);
        var opening = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await using var connections = new Connections(
            ExchangeConnection.OpenAsync(context.Options.Ingest.Exchange, context.Options.Silver.WireSchema, runId, clock, context.Error, opening.Token), opening);
        if (connections.Exchange.IsFaulted)
        {
            await connections.Exchange; // named wrongly: no table is made
        }

        try
        {
            return await RunAsync(context, bind, held, connections, runId, clock, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return ExitCode.Ok; // stopped while it started
        }
    }

    /// <summary>A start after a crash has one aim, the next commit: nothing waits for what it does not need, and the page comes last.</summary>
    private static async Task<int> RunAsync(CommandContext context, Uri bind, NodeLock held, Connections connections, string runId, TimeProvider clock, CancellationToken ct)
    {
        LakeTables lake = await Task.Run(() => LakeTables.OpenOrCreateAsync(context.Lake(), new DeltaTableOptions(), ct), ct);
        await using MedallionPipeline pipeline = await MedallionPipeline.StartAsync(lake, context.Options, clock, runId);
        ExchangeConnection exchange = await connections.Exchange;
        IReadOnlyList<SeriesStart> series = exchange.Series(context.Options, lake.Bronze);
        long bronze = lake.Bronze.Table.Snapshot.Version;
        pipeline.Ingest(exchange.Follow(series, pipeline));
        await Task.WhenAny(pipeline.Jobs.ReachedAsync(IngestJob.Id, bronze + 1, ct), Task.Delay(s_commitFirst, ct));
        SentimentConnection sentiment = connections.Sentiment = SentimentConnection.Open(
            context.Options.Sentiment, exchange, lake, LeaderboardSecrets.Read(Environment.GetEnvironmentVariable), runId, clock, context.Error);
        await using WebApplication web = await NodeApi.StartAsync(bind, pipeline, exchange, series, ct);
        var url = new Uri(web.Urls.First());
        held.Announce(url);
        await SayAsync(context, exchange, series, sentiment, url);
        Task board = pipeline.ShowAsync();
        Task beside = FollowBesideAsync(sentiment, pipeline, ct);
        try
        {
            Task stopped = Task.Delay(Timeout.Infinite, ct);
            await await Task.WhenAny(board, beside, stopped); // a job that fails says so on its board; the page still shows what is there
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            await context.Error.WriteLineAsync("Stopping. Everything accepted so far is durable.");
        }

        await web.StopAsync(CancellationToken.None);
        return ExitCode.Ok;
    }

    /// <summary>The index and the positions, once the first charts are there: their history is thousands of small files, and people wait for prices first.</summary>
    private static async Task FollowBesideAsync(SentimentConnection sentiment, MedallionPipeline pipeline, CancellationToken ct)
    {
        await Task.WhenAny(pipeline.Jobs.ReachedAsync(GoldJob.Id, 1, ct), Task.Delay(s_chartsFirst, ct));
        ct.ThrowIfCancellationRequested();
        sentiment.Start(pipeline);
        await Task.Delay(Timeout.Infinite, ct);
    }

    private static async Task SayAsync(CommandContext context, ExchangeConnection exchange, IReadOnlyList<SeriesStart> series, SentimentConnection sentiment, Uri url)
    {
        int symbols = series.Select(s => s.Symbol).Distinct().Count();
        IEnumerable<Interval> intervals = series.Select(s => s.Interval).Distinct().Order();
        await context.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"""
            CryptoInsight is up.
              page      {url}
              exchange  {exchange.Title}
              follows   {symbols} symbols, intervals {string.Join(", ", intervals)}
              beside    Fear & Greed {sentiment.FearGreed?.Source ?? "off"}, top traders {(sentiment.Leaderboard is { } l ? $"{l.Questions.Count} accounts of {l.Source}" : "off")}
              lake      {Path.GetFullPath(context.Options.Lake.Path)}
            Stop with Ctrl+C; start again with the same command, it goes on where it stopped.
            """));
    }

    /// <summary>What the pipeline asks until it has stopped: made before it, so it goes after it.</summary>
    private sealed class Connections(Task<ExchangeConnection> exchange, CancellationTokenSource opening) : IAsyncDisposable
    {
        public Task<ExchangeConnection> Exchange => exchange;

        public SentimentConnection? Sentiment { get; set; }

        public async ValueTask DisposeAsync()
        {
            Sentiment?.Dispose();
            await opening.CancelAsync();
            await ((Task)exchange).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (exchange.IsCompletedSuccessfully)
            {
                await (await exchange).DisposeAsync();
            }

            opening.Dispose();
        }
    }
}
