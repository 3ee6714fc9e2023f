using System.CommandLine;
using System.Globalization;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Log;
using CryptoInsight.Engine;
using CryptoInsight.Engine.Flows;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Host.Node;
using CryptoInsight.Host.Output;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Bronze;

namespace CryptoInsight.Host.Commands;

/// <summary><c>ingest</c>: the exchange to Bronze alone; Silver and Gold take it in when a node runs.</summary>
public static class IngestCommand
{
    public static Command Create(GlobalOptions global)
    {
        ArgumentNullException.ThrowIfNull(global);
        ExchangeOptions exchange = new();
        var mode = new Option<IngestMode>("--mode")
        {
            Description = "once: what is missing up to now; poll: on and on, by REST; forever: on and on, by streams; backfill: history since --since, then end",
            DefaultValueFactory = _ => IngestMode.Forever,
        };
        var command = new Command("ingest", "Take candles into Bronze, and nothing else");
        exchange.AddTo(command);
        command.Options.Add(mode);
        command.SetAction(global.Run((parsed, context, ct) => RunAsync(context, parsed.GetValue(mode), ct), exchange.Assignments));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, IngestMode mode, CancellationToken ct)
    {
        if (mode == IngestMode.Backfill && context.Options.Ingest.Since is null)
        {
            throw new UsageException("--mode backfill needs --since, such as --since 365d: how far back history is wanted.");
        }

        TimeProvider clock = TimeProvider.System;
        string runId = NodeIdentity.NewRunId("ingest");
        using NodeLock held = NodeLock.Take(context.Options.Lake.Path);
        await using ExchangeConnection exchange = await ExchangeConnection.OpenAsync(context.Options.Ingest.Exchange, context.Options.Silver.WireSchema, runId, clock, context.Error, ct);
        LakeTables lake = await LakeTables.OpenOrCreateAsync(context.Lake(), new DeltaTableOptions(), ct);
        IReadOnlyList<SeriesStart> series = exchange.Series(context.Options, lake.Bronze);
        long before = lake.Bronze.Table.Snapshot.RowCount ?? 0;
        JobStatus? ended = null;
        await using (MedallionPipeline pipeline = await MedallionPipeline.StartAsync(lake, context.Options, clock, runId, ingestsOnly: true))
        {
            await context.Error.WriteLineAsync($"Taking in {series.Count} series from {exchange.Title}, mode {mode.ToString().ToLowerInvariant()}. Stop with Ctrl+C.");
            try
            {
                await using ProgressLine? progress = mode is IngestMode.Once or IngestMode.Backfill
                    ? new ProgressLine(context.Error, () => Progress(lake.Bronze.Table.Snapshot, series, mode, before), clock)
                    : null; // the others have no end
                pipeline.Ingest(exchange.Follow(series, pipeline), mode);
                ended = await pipeline.Jobs.EndedAsync(IngestJob.Id, ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                await context.Error.WriteLineAsync("Stopping. Everything accepted so far is durable.");
            }
        }

        await lake.Bronze.Table.RefreshAsync(CancellationToken.None);
        long rows = (lake.Bronze.Table.Snapshot.RowCount ?? 0) - before;
        await context.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{rows} rows added to bronze_charts; version {lake.Bronze.Table.Snapshot.Version}."));
        if (ended?.State is JobState.Paused or JobState.Failed)
        {
            throw new CommandFailedException(ended.State == JobState.Paused
                ? $"{IngestJob.Id} is paused. Resume it with: jobs resume {IngestJob.Id}"
                : $"{IngestJob.Id} FAILED: {ended.Error}");
        }

        return exchange.IsRefused ? ExitCode.Failed : ExitCode.Ok;
    }

    /// <summary>How much of the time that is asked for is answered, over all series.</summary>
    private static string Progress(Snapshot bronze, IReadOnlyList<SeriesStart> series, IngestMode mode, long rowsBefore)
    {
        long done = 0, whole = 0;
        foreach (SeriesStart s in series)
        {
            string position = mode == IngestMode.Backfill ? BackfillToBronze.PositionOf(s) : IngestPositions.Bookmark(s.Symbol, s.Interval);
            long from = s.Since.Milliseconds, to = s.LiveFrom.Milliseconds;
            whole += to - from;
            done += Math.Clamp((bronze.TransactionVersion(position) ?? from) - from, 0, to - from);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{ProgressLine.Bar(done, whole)} of {series.Count} series | {(bronze.RowCount ?? rowsBefore) - rowsBefore:N0} rows");
    }
}
