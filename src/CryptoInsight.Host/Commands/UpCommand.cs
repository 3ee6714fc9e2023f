using System.CommandLine;
using System.Globalization;
using CryptoInsight.Delta;
using CryptoInsight.Domain.Market;
using CryptoInsight.Engine;
using CryptoInsight.Engine.Flows;
using CryptoInsight.Host.Api;
using CryptoInsight.Host.Node;
using CryptoInsight.Lake;

namespace CryptoInsight.Host.Commands;

/// <summary><c>up</c>: the whole node. Backfill, ingestion, Silver, Gold, API and page, until it is stopped.</summary>
public static class UpCommand
{
    public static Command Create(GlobalOptions global)
    {
        ArgumentNullException.ThrowIfNull(global);
        var exchange = new Option<string?>("--exchange") { Description = "paper (built in, simulated), binance, or a base URL", HelpName = "paper|binance|URL" };
        var symbols = new Option<string?>("--symbols") { Description = "Symbols to follow, such as BTCUSDT,ETHUSDT", HelpName = "A,B" };
        var intervals = new Option<string?>("--intervals") { Description = "Candle intervals to follow, such as 1m,4h", HelpName = "1m,4h" };
        var since = new Option<string?>("--since") { Description = "How far back the first start goes, such as 7d; auto: as far as every timeframe needs", HelpName = "7d" };
        var http = new Option<string?>("--http") { Description = "Where API and page listen", HelpName = "127.0.0.1:8080" };
        var command = new Command("up", "Run the whole node: ingest, transform, aggregate, serve the page") { exchange, symbols, intervals, since, http };
        static string? List(string? text) => text is null ? null : $"[{string.Join(',', text.Split(',').Select(t => $"\"{t.Trim().Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\""))}]";
        command.SetAction(global.Run(
            (_, context, ct) => RunAsync(context, ct),
            parsed =>
            [
                ("--exchange", "ingest.exchange", parsed.GetValue(exchange)),
                ("--symbols", "ingest.symbols", List(parsed.GetValue(symbols))),
                ("--intervals", "ingest.intervals", List(parsed.GetValue(intervals))),
                ("--since", "ingest.since", parsed.GetValue(since)),
                ("--http", "http.bind", parsed.GetValue(http)),
            ]));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, CancellationToken ct)
    {
        TimeProvider clock = TimeProvider.System;
        Uri bind = LoopbackBind.Parse(context.Options.HttpBind);
        string runId = NodeIdentity.NewRunId("up");
        using NodeLock held = NodeLock.Take(context.Options.Lake.Path);
        await using ExchangeConnection exchange = await ExchangeConnection.OpenAsync(context.Options.Ingest.Exchange, context.Options.Silver.WireSchema, runId, clock, context.Error, ct);
        LakeTables lake = await LakeTables.OpenOrCreateAsync(context.Lake(), new DeltaTableOptions(), ct);
        ExchangeFeed feed = exchange.Feed(context.Options, lake.Bronze);
        await using MedallionPipeline pipeline = await MedallionPipeline.StartAsync(lake, context.Options, clock, runId);
        await using WebApplication web = await NodeApi.StartAsync(bind, pipeline, exchange, feed.Series, ct);
        var url = new Uri(web.Urls.First());
        held.Announce(url);
        await SayAsync(context, exchange, feed.Series, url);
        Task board = pipeline.ShowAsync();
        Task ingestion = pipeline.IngestAsync(feed);
        try
        {
            Task ended = await Task.WhenAny(ingestion, board, Task.Delay(Timeout.Infinite, ct));
            await ended; // ingestion and board only end by failing, or with ct
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            await context.Error.WriteLineAsync("Stopping. Everything accepted so far is durable.");
        }

        await web.StopAsync(CancellationToken.None);
        return ExitCode.Ok;
    }

    private static async Task SayAsync(CommandContext context, ExchangeConnection exchange, IReadOnlyList<SeriesStart> series, Uri url)
    {
        int symbols = series.Select(s => s.Symbol).Distinct().Count();
        IEnumerable<Interval> intervals = series.Select(s => s.Interval).Distinct().Order();
        await context.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"""
            CryptoInsight is up.
              page      {url}
              exchange  {exchange.Title}
              follows   {symbols} symbols, intervals {string.Join(", ", intervals)}
              lake      {Path.GetFullPath(context.Options.Lake.Path)}
            Stop with Ctrl+C; start again with the same command, it goes on where it stopped.
            """));
    }
}
