using System.CommandLine;
using System.Globalization;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Domain.Market;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Engine.Options;
using CryptoInsight.Host.Node;
using CryptoInsight.Host.Output;
using CryptoInsight.Lake;
using CryptoInsight.Lake.DeadLetters;
using CryptoInsight.Lake.Operations;

namespace CryptoInsight.Host.Commands;

/// <summary><c>dlq list|show|replay</c>: the rows that no rule let through, and judging them again.</summary>
public static class DlqCommand
{
    private static readonly string[] s_columns = ["dlq_id", "state", "error_code", "error_message", "unique_key", "ingest_time", "job_run_id"];

    private static readonly string[] s_facts = ["column", "value"];

    public static Command Create(GlobalOptions global)
    {
        ArgumentNullException.ThrowIfNull(global);
        var code = new Option<string?>("--code") { Description = "Only letters with this error code, such as cast", HelpName = "X" };
        var state = new Option<string?>("--state") { Description = "Only letters in this state" };
        state.AcceptOnlyFromAmong(DeadLetter.Quarantined, DeadLetter.Replayed, DeadLetter.Rejected);
        var limit = new Option<int>("--limit") { Description = "The newest N", DefaultValueFactory = _ => 100, HelpName = "N" };
        var list = new Command("list", "Dead letters, newest first") { code, state, limit };
        list.SetAction(global.Run((parsed, context, ct) => ListAsync(context, parsed.GetValue(code), parsed.GetValue(state), parsed.GetValue(limit), ct)));
        var id = new Argument<string>("ID") { Description = "dlq_id of the letter" };
        var show = new Command("show", "One dead letter, whole") { id };
        show.SetAction(global.Run((parsed, context, ct) => ShowAsync(context, parsed.GetValue(id)!, ct)));
        var replayed = new Option<string?>("--code") { Description = "Only letters with this error code", HelpName = "X" };
        var replay = new Command("replay", "Judge refused rows again by the rules of today; what passes goes into Silver, once") { replayed };
        replay.SetAction(global.Run((parsed, context, ct) => ReplayAsync(context, parsed.GetValue(replayed), ct)));
        return new Command("dlq", "The dead letters of candles") { list, show, replay };
    }

    private static async Task<int> ListAsync(CommandContext context, string? code, string? state, int limit, CancellationToken ct)
    {
        if (limit is < 1 or > 1_000_000)
        {
            throw new UsageException("--limit takes a whole number from 1 to 1000000.");
        }

        (DeadLetterTable table, Snapshot snapshot) = await OpenAsync(context, ct);
        Predicate[] wanted =
        [
            .. code is null ? [] : new[] { Predicate.Equal("error_code", code) },
            .. state is null ? [] : new[] { Predicate.Equal("state", state) },
        ];
        var newest = new PriorityQueue<DeadLetter, long>(); // the oldest on top, so that no more than the limit is ever held
        await foreach (IReadOnlyList<DeadLetter> some in table.ReadAsync(snapshot, wanted.Length == 0 ? null : Predicate.All(wanted), ct))
        {
            foreach (DeadLetter letter in some)
            {
                newest.Enqueue(letter, letter.IngestTime.Value);
                if (newest.Count > limit)
                {
                    newest.Dequeue();
                }
            }
        }

        IEnumerable<IReadOnlyList<object?>> rows = newest.UnorderedItems.OrderByDescending(i => i.Priority).ThenBy(i => i.Element.DlqId, StringComparer.Ordinal)
            .Select(i => (IReadOnlyList<object?>)[i.Element.DlqId, i.Element.State, i.Element.ErrorCode, i.Element.ErrorMessage, i.Element.UniqueKey, i.Element.IngestTime.ToDateTimeOffset(), i.Element.JobRunId]);
        await RowPrinter.PrintAsync(context.Out, context.Output, s_columns, rows, ct);
        return ExitCode.Ok;
    }

    private static async Task<int> ShowAsync(CommandContext context, string id, CancellationToken ct)
    {
        (DeadLetterTable table, Snapshot snapshot) = await OpenAsync(context, ct);
        await foreach (IReadOnlyList<DeadLetter> some in table.ReadAsync(snapshot, Predicate.Equal("dlq_id", id), ct))
        {
            foreach (DeadLetter letter in some)
            {
                IReadOnlyList<object?>[] facts =
                [
                    ["dlq_id", letter.DlqId], ["state", letter.State], ["source", letter.Source], ["error_code", letter.ErrorCode], ["error_message", letter.ErrorMessage],
                    ["unique_key", letter.UniqueKey], ["event_time", letter.EventTime?.ToString()], ["ingest_time", letter.IngestTime.ToString()],
                    ["ingest_run_id", letter.IngestRunId], ["job_run_id", letter.JobRunId], ["payload_json", letter.PayloadJson],
                ];
                await RowPrinter.PrintAsync(context.Out, context.Output, s_facts, facts, ct);
                return ExitCode.Ok;
            }
        }

        throw new CommandFailedException($"There is no dead letter of that id in {DeadLetterTable.Binance}; `dlq list` shows them. Letters older than {context.Options.Silver.DeadLetterRetention.TotalDays:0} days were let go.");
    }

    private static async Task<int> ReplayAsync(CommandContext context, string? code, CancellationToken ct)
    {
        LakeLocation there = await context.ExistingLakeAsync(ct);
        using NodeLock held = NodeLock.Take(context.Options.Lake.Path);
        LakeTables lake = await LakeTables.OpenOrCreateAsync(there, new DeltaTableOptions(), ct);
        SilverOptions silver = context.Options.Silver;
        string runId = NodeIdentity.NewRunId("dlq-replay");
        var replay = new DeadLetterReplay(lake, new BronzeJudge(silver.WireSchema, silver.Expectations, silver.OnSchemaDrift), runId);
        ReplayOutcome outcome = await replay.RunAsync(code, ct);
        FormattableString english = $"Dead letters were judged again: {outcome.Replayed} replayed, {outcome.Rejected} rejected.";
        FormattableString korean = $"데드레터를 다시 판정했습니다: {outcome.Replayed}건 재처리, {outcome.Rejected}건 거부.";
        await lake.Operations.Events.AppendAsync(
            [new LakeEvent($"{runId}/dlq_replayed", UnixMicros.From(TimeProvider.System.GetUtcNow()), "dlq_replayed", "INFO", "operator", english.ToString(CultureInfo.InvariantCulture), korean.ToString(CultureInfo.InvariantCulture)) { TableName = DeadLetterTable.Binance }], ct);
        await RowPrinter.PrintAsync(
            context.Out, context.Output, ["replayed", "rejected", "requests_left_alone", "silver_rows_written"],
            [[outcome.Replayed, outcome.Rejected, outcome.WithoutRow, outcome.RowsWritten]], ct);
        return ExitCode.Ok;
    }

    private static async Task<(DeadLetterTable Table, Snapshot Snapshot)> OpenAsync(CommandContext context, CancellationToken ct)
    {
        DeltaTable table = await DeltaTable.OpenAsync((await context.ExistingLakeAsync(ct)).StoreOf(DeadLetterTable.Binance), ct: ct);
        return (new DeadLetterTable(table), table.Snapshot);
    }
}
