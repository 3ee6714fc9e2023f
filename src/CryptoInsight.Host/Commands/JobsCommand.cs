using System.CommandLine;
using System.Globalization;
using CryptoInsight.Delta;
using CryptoInsight.Domain.Market;
using CryptoInsight.Engine;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Engine.Maintenance;
using CryptoInsight.Host.Api;
using CryptoInsight.Host.Node;
using CryptoInsight.Host.Output;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Operations;

namespace CryptoInsight.Host.Commands;

/// <summary><c>jobs</c>: where the jobs stand, their runs, and pause, resume, repair. A running node is asked by HTTP; else the lake is worked on under its lock.</summary>
public static class JobsCommand
{
    private static readonly string[] s_columns = ["job", "state", "run_id", "started_at", "input_version", "output_version", "rows_in", "rows_quarantined", "error"];

    private static readonly string[] s_runColumns =
    [
        "run_id", "state", "started_at", "ended_at", "input_version", "output_version", "rows_in", "rows_accepted", "rows_superseded", "rows_unchanged", "rows_quarantined",
        "attempt", "error_kind", "error_message",
    ];

    private static readonly string[] s_doneColumns = ["job", "action", "message"];

    public static Command Create(GlobalOptions global)
    {
        ArgumentNullException.ThrowIfNull(global);
        var command = new Command("jobs", "Where the jobs stand; show, pause, resume and repair them");
        command.SetAction(global.Run((_, context, ct) => ListAsync(context, ct)));
        command.Subcommands.Add(Sub(global, "show", "The newest runs of a job", ShowAsync));
        command.Subcommands.Add(Sub(global, "pause", "End the run after the commit under way, and start none until resume", PauseAsync));
        command.Subcommands.Add(Sub(global, "resume", "Start a paused job again", ResumeAsync));
        var fromStart = new Option<bool>("--from-start") { Description = "Judge or compute everything anew and write what differs" };
        var id = new Argument<string>("ID") { Description = "Job id, such as 02_transform_silver_binance" };
        var repair = new Command("repair", "Start a new run of a job, also of a FAILED one") { id, fromStart };
        repair.SetAction(global.Run((parsed, context, ct) => RepairAsync(context, parsed.GetValue(id)!, parsed.GetValue(fromStart), ct)));
        command.Subcommands.Add(repair);
        command.Subcommands.Add(RunCommand(global));
        return command;
    }

    private static Command RunCommand(GlobalOptions global)
    {
        var table = new Option<string?>("--table") { Description = "One table (default: all)", HelpName = "silver_charts" };
        var kind = new Option<string?>("--kind") { Description = "One kind of work (default: all)", HelpName = "pack|cluster|letgo|cleanlog|vacuum" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would be done" };
        var run = new Command("run", "Have the running node look after its tables now, whatever the schedule says") { table, kind, dryRun };
        run.SetAction(global.Run(async (parsed, context, ct) =>
        {
            string query = string.Join('&', new[] { ("table", parsed.GetValue(table)), ("kind", parsed.GetValue(kind)), ("dryRun", parsed.GetValue(dryRun) ? "true" : null) }
                .Where(p => p.Item2 is not null).Select(p => $"{p.Item1}={Uri.EscapeDataString(p.Item2!)}"));
            return await ToldNodeAsync(context, MaintenanceActor.Id, "run", $"run?{query}", ct)
                ? ExitCode.Ok
                : throw new CommandFailedException("No node runs on this lake. Start one with `up`, or use `optimize` and `vacuum` on a single table.");
        }));
        return run;
    }

    private static Command Sub(GlobalOptions global, string name, string description, Func<CommandContext, string, CancellationToken, Task<int>> body)
    {
        var id = new Argument<string>("ID") { Description = "Job id, such as 02_transform_silver_binance" };
        var command = new Command(name, description) { id };
        command.SetAction(global.Run((parsed, context, ct) => body(context, parsed.GetValue(id)!, ct)));
        return command;
    }

    private static async Task<int> ListAsync(CommandContext context, CancellationToken ct)
    {
        using NodeClient? node = await NodeClient.FindAsync(context.Options.Lake.Path, ct);
        IEnumerable<IReadOnlyList<object?>> rows = node is not null
            ? (await node.GetAsync<List<JobDocument>>("jobs", ct)).Select(j => (IReadOnlyList<object?>)
                [j.Id, j.State, j.RunId, Time(j.StartedAt), j.InputVersion, j.OutputVersion, j.RowsIn, j.RowsQuarantined, j.Error])
            : (await (await RunsTableAsync(context, ct)).NewestAsync(ct)).Values.OrderBy(r => r.JobId, StringComparer.Ordinal).Select(r => (IReadOnlyList<object?>)
                [r.JobId, Word(r), r.RunId, Time(r.StartedAt.Milliseconds), r.InputVersion, r.OutputVersion, r.RowsIn, r.RowsQuarantined, r.ErrorMessage]);
        await RowPrinter.PrintAsync(context.Out, context.Output, s_columns, rows, ct);
        if (node is null)
        {
            await context.Error.WriteLineAsync("No node runs on this lake; these are the jobs' last runs.");
        }

        return ExitCode.Ok;
    }

    private static async Task<int> ShowAsync(CommandContext context, string id, CancellationToken ct)
    {
        List<JobRun> runs = await (await RunsTableAsync(context, ct)).ReadAsync(id, ct).ToListAsync(ct);
        if (runs.Count == 0)
        {
            throw Unknown(id);
        }

        await RowPrinter.PrintAsync(context.Out, context.Output, s_runColumns, runs.OrderByDescending(r => r.StartedAt).Select(r => (IReadOnlyList<object?>)
            [r.RunId, r.State, Time(r.StartedAt.Milliseconds), Time(r.EndedAt?.Milliseconds), r.InputVersion, r.OutputVersion,
             r.RowsIn, r.RowsAccepted, r.RowsSuperseded, r.RowsUnchanged, r.RowsQuarantined, r.Attempt, r.ErrorKind, r.ErrorMessage]), ct);
        return ExitCode.Ok;
    }

    private static async Task<int> PauseAsync(CommandContext context, string id, CancellationToken ct)
    {
        Checked(id);
        if (await ToldNodeAsync(context, id, "pause", "pause", ct))
        {
            return ExitCode.Ok;
        }

        LakeLocation there = await context.ExistingLakeAsync(ct);
        using NodeLock held = NodeLock.Take(context.Options.Lake.Path);
        LakeTables lake = await LakeTables.OpenOrCreateAsync(there, new DeltaTableOptions(), ct);
        JobRun? newest = (await lake.Operations.JobRuns.NewestAsync(ct)).GetValueOrDefault(id);
        if (newest is { State: "PAUSED", EndedAt: null })
        {
            throw new CommandFailedException($"{id} is paused already.");
        }

        string runId = NodeIdentity.NewRunId("pause");
        await PutAsync(lake, new JobRun(runId, id, StateWord.Of(JobState.Paused), Now(), Environment.MachineName)
        {
            InputVersion = newest?.InputVersion ?? -1, OutputVersion = newest?.OutputVersion ?? -1,
        }, "job_paused", $"{id} was paused while no node ran.", $"실행 중인 노드 없이 {id} 작업을 일시 중지했습니다.", ct);
        await SayAsync(context, id, "pause", $"{id} is PAUSED: the next node will not start it.", ct);
        return ExitCode.Ok;
    }

    private static async Task<int> ResumeAsync(CommandContext context, string id, CancellationToken ct)
    {
        Checked(id);
        if (await ToldNodeAsync(context, id, "resume", "resume", ct))
        {
            return ExitCode.Ok;
        }

        LakeLocation there = await context.ExistingLakeAsync(ct);
        using NodeLock held = NodeLock.Take(context.Options.Lake.Path);
        LakeTables lake = await LakeTables.OpenOrCreateAsync(there, new DeltaTableOptions(), ct);
        if ((await lake.Operations.JobRuns.NewestAsync(ct)).GetValueOrDefault(id) is not { State: "PAUSED", EndedAt: null } paused)
        {
            throw new CommandFailedException($"{id} is not paused.");
        }

        await PutAsync(lake, paused with { EndedAt = Now() }, "job_resumed", $"{id} was resumed while no node ran.", $"실행 중인 노드 없이 {id} 작업의 일시 중지를 해제했습니다.", ct);
        await SayAsync(context, id, "resume", $"{id} is no longer paused: the next node starts it.", ct);
        return ExitCode.Ok;
    }

    private static async Task<int> RepairAsync(CommandContext context, string id, bool fromStart, CancellationToken ct)
    {
        Checked(id);
        if (await ToldNodeAsync(context, id, "repair", fromStart ? "repair?fromStart=true" : "repair", ct))
        {
            return ExitCode.Ok;
        }

        LakeLocation there = await context.ExistingLakeAsync(ct);
        using NodeLock held = NodeLock.Take(context.Options.Lake.Path);
        LakeTables lake = await LakeTables.OpenOrCreateAsync(there, new DeltaTableOptions(), ct);
        TimeProvider clock = TimeProvider.System;
        await using MedallionPipeline pipeline = await MedallionPipeline.StartAsync(lake, context.Options, clock, NodeIdentity.NewRunId("repair"));
        await using (new ProgressLine(context.Error, () => Progress(pipeline, id), clock))
        {
            JobProtocol.Answer answer = await pipeline.TellAsync(id, new JobProtocol.Repair(fromStart ? JobStart.Beginning : JobStart.Position, "operator"), ct) ?? throw Unfollowed(id);
            if (!answer.IsDone)
            {
                throw new CommandFailedException(answer.Text);
            }

            await pipeline.CaughtUpAsync(id, ct);
        }

        JobStatus done = pipeline.Jobs.Find(id)!;
        await SayAsync(
            context, id, "repair", $"{id} is repaired: it stands at version {done.Position} of its source, {done.RowsIn} rows read, {done.RowsOut} written, {done.RowsQuarantined} quarantined.", ct);
        return ExitCode.Ok;
    }

    /// <summary>What became of an order: a sentence for people, a row for programs.</summary>
    private static Task SayAsync(CommandContext context, string id, string action, string message, CancellationToken ct) =>
        context.Output == OutputForm.Table
            ? context.Out.WriteLineAsync(message)
            : RowPrinter.PrintAsync(context.Out, context.Output, s_doneColumns, [[id, action, message]], ct);

    private static string Progress(MedallionPipeline pipeline, string id) => pipeline.Jobs.Find(id) is { } job
        ? string.Create(CultureInfo.InvariantCulture, $"{id} {StateWord.Of(job.State)} | {job.RowsIn:N0} rows read, {job.RowsOut:N0} written")
        : id;

    private static async Task<bool> ToldNodeAsync(CommandContext context, string id, string action, string path, CancellationToken ct)
    {
        using NodeClient? node = await NodeClient.FindAsync(context.Options.Lake.Path, ct);
        if (node is null)
        {
            return false;
        }

        await SayAsync(context, id, action, await node.PostAsync<string>($"jobs/{Uri.EscapeDataString(id)}/{path}", null, ct), ct);
        return true;
    }

    private static async Task PutAsync(LakeTables lake, JobRun run, string kind, string english, string korean, CancellationToken ct)
    {
        await lake.Operations.Events.AppendAsync([new LakeEvent($"{run.RunId}/{kind}", Now(), kind, "INFO", "operator", english, korean) { JobId = run.JobId }], ct);
        await lake.Operations.JobRuns.PutAsync([run], ct);
    }

    private static async Task<JobRunsTable> RunsTableAsync(CommandContext context, CancellationToken ct)
    {
        LakeLocation lake = await context.ExistingLakeAsync(ct);
        return new JobRunsTable(await DeltaTable.OpenAsync(lake.StoreOf(JobRunsTable.Name), ct: ct));
    }

    private static string Checked(string id) => MedallionPipeline.JobIds.Contains(id) ? id : throw Unknown(id);

    /// <summary>A job that asks a source outside lives in the node that follows it.</summary>
    private static CommandFailedException Unfollowed(string id) =>
        new($"{id} asks a source outside, and no node follows it now. It starts from its tables with the next node: cryptoinsight up.");

    private static CommandFailedException Unknown(string id) =>
        new($"There is no job of that id ({id.Length} characters). The jobs are: {string.Join(", ", MedallionPipeline.JobIds)}.");

    private static string Word(JobRun run) => run.EndedAt is null || run.State is "FAILED" ? run.State : run.State == "PAUSED" ? "IDLE" : run.State;

    private static DateTimeOffset? Time(long? milliseconds) => milliseconds is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null;

    private static UnixMicros Now() => UnixMicros.From(TimeProvider.System.GetUtcNow());
}
