using CryptoInsight.Delta;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Lake.Rows;

namespace CryptoInsight.Lake.Operations;

/// <summary><c>ops_events</c>: what was done to the lake and its jobs, by whom; append-only.</summary>
public sealed class EventsTable(DeltaTable table)
{
    public const string Name = "ops_events";

    private static readonly TableShape<LakeEvent> s_shape = new TableShape<LakeEvent>()
        .Text("event_id", r => r.EventId)
        .Time("at", r => r.At)
        .Text("kind", r => r.Kind)
        .Text("severity", r => r.Severity)
        .Text("job_id", r => r.JobId, nullable: true)
        .Text("table_name", r => r.TableName, nullable: true)
        .Text("symbol", r => r.Symbol, nullable: true)
        .Text("actor", r => r.Actor)
        .Text("message_en", r => r.MessageEn)
        .Text("message_ko", r => r.MessageKo)
        .Text("detail_json", r => r.DetailJson, nullable: true)
        .Date("dt", r => r.At.Day);

    public static TableDefinition Definition { get; } = OperationsTables.Define(s_shape.Schema);

    public DeltaTable Table { get; } = table;

    public Task<CommitOutcome> AppendAsync(IReadOnlyList<LakeEvent> events, CancellationToken ct = default) =>
        Table.AppendAsync([s_shape.ToBatch(events)], new CommitSpec("STREAMING UPDATE"), ct);
}
