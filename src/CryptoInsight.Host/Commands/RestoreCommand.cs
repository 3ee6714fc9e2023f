using System.CommandLine;
using System.Globalization;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Domain.Market;
using CryptoInsight.Host.Node;
using CryptoInsight.Host.Output;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Operations;
using CryptoInsight.Lake.Sql;

namespace CryptoInsight.Host.Commands;

/// <summary><c>restore T --version N</c>: a table goes back to a version, its job's positions with it; what came since is processed again.</summary>
public static class RestoreCommand
{
    public static Command Create(GlobalOptions global)
    {
        ArgumentNullException.ThrowIfNull(global);
        var table = new Argument<string>("TABLE") { Description = "Table to restore" };
        var version = new Option<long>("--version") { Description = "Version to go back to (see: history TABLE)", Required = true, HelpName = "N" };
        var acceptLoss = new Option<bool>("--accept-loss") { Description = "Restore a bronze table although rows are lost" };
        var command = new Command("restore", "Make a table what it was at a version; jobs process again what came since") { table, version, acceptLoss };
        command.SetAction(global.Run((parsed, context, ct) => RunAsync(context, parsed.GetValue(table)!, parsed.GetValue(version), parsed.GetValue(acceptLoss), ct)));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, string table, long version, bool acceptLoss, CancellationToken ct)
    {
        string name = table.Split('.')[^1].ToLowerInvariant();
        if (!LakeLocation.IsName(name))
        {
            throw new UsageException("A table's name is 1 to 64 of a-z, 0-9 and _, starting with a letter.");
        }

        var catalog = new LakeCatalog(await context.ExistingLakeAsync(ct));
        using NodeLock held = NodeLock.Take(context.Options.Lake.Path);
        DeltaTable delta = await catalog.OpenAsync(name, ct);
        long before = delta.Snapshot.Version;
        CommitOutcome outcome = await LakeRestore.RunAsync(name, delta, version, acceptLoss, ct);
        long now = outcome.Match(
            committed => committed.Version,
            nothing => nothing.Version,
            superseded => throw new CommandFailedException($"{name} was not restored: {superseded.Why}"),
            conflict => throw new CommandFailedException($"{name} was not restored: {conflict.Why}"));
        string runId = NodeIdentity.NewRunId("restore");
        LakeTables lake = await LakeTables.OpenOrCreateAsync(context.Lake(), new DeltaTableOptions(), ct);
        await lake.Operations.Events.AppendAsync(
            [
                new LakeEvent(
                    $"{runId}/table_restored", UnixMicros.From(TimeProvider.System.GetUtcNow()), "table_restored", acceptLoss ? "WARNING" : "INFO", "operator",
                    string.Create(CultureInfo.InvariantCulture, $"{name} was restored from version {before} to version {version}."),
                    string.Create(CultureInfo.InvariantCulture, $"{name} 테이블을 버전 {before}에서 버전 {version}(으)로 복원했습니다.")) { TableName = name },
            ],
            ct);
        await RowPrinter.PrintAsync(context.Out, context.Output, ["table", "restored_to", "was_at", "version", "rows"], [[name, version, before, now, delta.Snapshot.RowCount]], ct);
        return ExitCode.Ok;
    }
}
