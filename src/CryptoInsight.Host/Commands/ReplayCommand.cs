using System.CommandLine;
using System.Globalization;
using CryptoInsight.Delta;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine;
using CryptoInsight.Engine.Flows;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Host.Node;
using CryptoInsight.Host.Output;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Sources.Binance;
using CryptoInsight.Sources.Files;
using Market = CryptoInsight.Sources.Market;
using Symbol = CryptoInsight.Domain.Market.Symbol;

namespace CryptoInsight.Host.Commands;

/// <summary><c>replay FILE…</c>: recorded klines through Bronze, Silver and Gold as fast as the machine can, then exit.</summary>
public static class ReplayCommand
{
    public static Command Create(GlobalOptions global)
    {
        ArgumentNullException.ThrowIfNull(global);
        var files = new Argument<string[]>("FILE") { Description = "Kline files: CSV, JSON or zip, plain or .gz", Arity = ArgumentArity.OneOrMore };
        var interval = new Option<string?>("--interval") { Description = "Interval of the candles, if neither a column nor the file's name says it" };
        var symbol = new Option<string?>("--symbol") { Description = "Symbol of the candles, if neither a column nor the file's name says it" };
        var market = new Option<string?>("--market") { Description = "spot or um (USDS-margined futures)" };
        market.AcceptOnlyFromAmong("spot", "um");
        var command = new Command("replay", "Push recorded Binance klines through Bronze, Silver and Gold") { files, interval, symbol, market };
        command.SetAction(global.Run((parsed, context, ct) =>
        {
            var options = new KlineFileOptions
            {
                Interval = Parsed(parsed.GetValue(interval), Interval.Parse),
                Symbol = parsed.GetValue(symbol) is { } s ? ParsedSymbol(s) : null,
                Market = parsed.GetValue(market) switch { "spot" => Market.Spot, "um" => Market.UsdMFutures, _ => null },
                Schema = context.Options.Silver.WireSchema,
            };
            return RunAsync(context, parsed.GetValue(files)!, options, ct);
        }));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, string[] paths, KlineFileOptions options, CancellationToken ct)
    {
        TimeProvider clock = TimeProvider.System;
        string runId = NodeIdentity.NewRunId("replay");
        (List<ReplayFile> files, bool refused) = Inspected(context, paths, options, runId, ct);
        if (refused)
        {
            return ExitCode.Usage; // nothing was written: a wrong name or interval must not half-fill a lake
        }

        RefuseOtherMarket(_ => null, files); // before a table is made
        using NodeLock held = NodeLock.Take(context.Options.Lake.Path);
        LakeTables lake = await LakeTables.OpenOrCreateAsync(context.Lake(), new DeltaTableOptions(), ct);
        RefuseOtherMarket(lake.Bronze.Table.Snapshot.TransactionVersion, files);
        WarnOfSilentIntervals(context, files);
        long startedAt = clock.GetTimestamp();
        await using MedallionPipeline pipeline = await MedallionPipeline.StartAsync(lake, context.Options, clock, runId);
        var progress = new ReplayProgress(context.Error, files.Sum(f => f.Facts.Rows), pipeline.Jobs, clock);
        var damages = new List<string>();
        long rows;
        await using (progress)
        {
            rows = await pipeline.ReplayAsync(files, (_, damage) => damages.Add(damage), progress.BronzeCommitted).WaitAsync(ct);
            progress.BronzeDone();
            await pipeline.CaughtUpAsync(ct);
        }

        await PrintAsync(context, files, rows, pipeline.Jobs, clock.GetElapsedTime(startedAt), progress.BronzeElapsed, ct);
        foreach (string damage in damages)
        {
            await context.Error.WriteLineAsync(damage);
        }

        return damages.Count == 0 ? ExitCode.Ok : ExitCode.Failed;
    }

    private static (List<ReplayFile> Files, bool Refused) Inspected(CommandContext context, string[] paths, KlineFileOptions options, string runId, CancellationToken ct)
    {
        List<ReplayFile> files = [];
        bool refused = false;
        foreach (string path in paths)
        {
            refused |= KlineFile.Inspect(path, options, ct).Match(
                readable =>
                {
                    files.Add(new ReplayFile(path, readable.Facts, options, runId));
                    return false;
                },
                no =>
                {
                    context.Error.WriteLine(no.Message); // names the file, cleaned of control characters
                    return true;
                });
        }

        if (refused)
        {
            context.Error.WriteLine("Nothing was replayed.");
        }

        return (files, refused);
    }

    /// <summary>A timeframe has one source: candles of another interval of that length make no signals, and nobody should wonder why.</summary>
    private static void WarnOfSilentIntervals(CommandContext context, IReadOnlyList<ReplayFile> files)
    {
        SignalSettings signals = context.Options.Signals;
        foreach (Interval silent in files.Select(f => f.Facts.Interval).Distinct().Where(i => signals.TimeframesOf(i).Count == 0).Order())
        {
            Interval? source = signals.Timeframes.Where(t => t.Window == silent).Select(t => t.Source).FirstOrDefault();
            context.Error.WriteLine(
                $"Candles of {silent} make no signals here: the timeframe {silent} is made from {source?.Code ?? "none"}. To change that: --set gold.timeframes.{silent}=[{silent}]"
                + (source is null ? "" : $" and another list for {source}, such as --set gold.timeframes.{source}=[{source}]"));
        }
    }

    /// <summary>A lake holds one market per symbol and interval: futures and spot prices of one symbol differ.</summary>
    private static void RefuseOtherMarket(Func<string, long?> position, IReadOnlyList<ReplayFile> files)
    {
        var origins = new Dictionary<(Symbol, Interval), (SeriesOrigin Origin, string Where)>();
        foreach (ReplayFile file in files)
        {
            (Symbol symbol, Interval interval) = (file.Facts.Symbol, file.Facts.Interval);
            if (position(IngestPositions.Origin(symbol, interval)) is long known)
            {
                origins.TryAdd((symbol, interval), ((SeriesOrigin)known, "in this lake"));
            }

            var origin = (SeriesOrigin)file.Facts.Market;
            if (!origins.TryAdd((symbol, interval), (origin, "in another of these files")) && origins[(symbol, interval)] is var there && there.Origin != origin)
            {
                throw new UsageException(
                    $"{HostileText.Show(Path.GetFileName(file.Path), 120)} holds {Name(origin)} candles ({file.Facts.MarketEvidence}), but {symbol} {interval} is {Name(there.Origin)} {there.Where}: "
                    + "a lake holds one market per symbol and interval. Use another --lake, or say --market if the file was taken for the wrong one. Nothing was replayed.");
            }
        }
    }

    private static string Name(SeriesOrigin origin) => origin switch { SeriesOrigin.Spot => "spot", SeriesOrigin.UsdMFutures => "USDS-margined futures", _ => "simulated" };

    private static async Task PrintAsync(
        CommandContext context, IReadOnlyList<ReplayFile> files, long rowsAdded, JobBoard jobs, TimeSpan elapsed, TimeSpan bronzeElapsed, CancellationToken ct)
    {
        JobStatus silver = jobs.Find(SilverJob.Id)!, gold = jobs.Find(GoldJob.Id)!;
        static object PerSecond(long rows, TimeSpan t) => t.TotalSeconds > 0 ? Math.Round(rows / t.TotalSeconds) : 0d;
        IReadOnlyList<object?>[] rows =
        [
            ["bronze", files.Sum(f => f.Facts.Rows), rowsAdded, 0L, PerSecond(rowsAdded, bronzeElapsed)],
            ["silver", silver.RowsIn, silver.RowsOut, silver.RowsQuarantined, PerSecond(silver.RowsIn, elapsed)],
            ["gold", gold.RowsIn, gold.RowsOut, 0L, PerSecond(gold.RowsIn, elapsed)],
        ];
        await RowPrinter.PrintAsync(context.Out, context.Output, ["layer", "rows_in", "rows_written", "rows_quarantined", "rows_per_second"], rows, ct);
        await context.Error.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"{files.Count} files, {files.Sum(f => f.Facts.Rows):N0} rows in {elapsed.TotalSeconds:N1} s; {files.Sum(f => f.Facts.Rows) - rowsAdded:N0} rows were there already."));
    }

    private static Interval? Parsed(string? text, Func<string, Interval> parse)
    {
        try
        {
            return text is null ? null : parse(text);
        }
        catch (FormatException wrong)
        {
            throw new UsageException($"--interval: {wrong.Message}");
        }
    }

    private static Symbol ParsedSymbol(string text) =>
        Symbol.TryParse(text, out Symbol symbol) ? symbol : throw new UsageException("--symbol: a symbol is 1 to 32 letters and digits, such as BTCUSDT.");
}
