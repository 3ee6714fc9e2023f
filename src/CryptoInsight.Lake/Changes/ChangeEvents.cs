using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Domain.Market;
using CryptoInsight.Lake.Operations;
using CryptoInsight.Lake.Sql;

namespace CryptoInsight.Lake.Changes;

/// <summary>The rows that operators' changes leave in <c>ops_events</c> (INV-8), in both languages.</summary>
/// <param name="runId">Names the change.</param>
/// <param name="at">When it was done.</param>
internal sealed class ChangeEvents(string runId, DateTimeOffset at)
{
    private const string Actor = "operator";

    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public LakeEvent Optimized(LakeChange.Optimize change, OptimizeOutcome done, TimeSpan took)
    {
        string order = change.ZOrderBy.Count == 0 ? "" : $" ordered by {string.Join(", ", change.ZOrderBy)}";
        string orderKo = change.ZOrderBy.Count == 0 ? "" : $" ({string.Join(", ", change.ZOrderBy)} 기준 정렬)";
        return done.Version is null
            ? Event("table_optimized", "INFO", change.Name, $"{change.Name} needed no OPTIMIZE.", $"{change.Name} 테이블은 OPTIMIZE가 필요하지 않았습니다.", Facts())
            : Event(
                "table_optimized", done.PartitionsLeft > 0 ? "WARNING" : "INFO", change.Name,
                Invariant($"{change.Name}: {done.FilesRemoved} files ({done.BytesRemoved} bytes) became {done.FilesAdded} ({done.BytesAdded} bytes){order}; {done.PartitionsLeft} partitions are left for the next run."),
                Invariant($"{change.Name}: 파일 {done.FilesRemoved}개({done.BytesRemoved}바이트)를 {done.FilesAdded}개({done.BytesAdded}바이트)로 합쳤습니다{orderKo}. 남은 파티션 {done.PartitionsLeft}개는 다음 실행에서 처리합니다."),
                Facts());

        object Facts() => new
        {
            statement = change.Statement, version = done.Version, files_before = done.FilesRemoved, files_after = done.FilesAdded, bytes_before = done.BytesRemoved, bytes_after = done.BytesAdded,
            rows_purged = done.RowsPurged, partitions_done = done.PartitionsDone, partitions_left = done.PartitionsLeft, milliseconds = (long)took.TotalMilliseconds,
        };
    }

    public LakeEvent Vacuumed(LakeChange.Vacuum change, VacuumOutcome done, TimeSpan took) => Event(
        "table_vacuumed", "INFO", change.Name,
        Invariant($"{done.Keys.Count} files ({done.Bytes} bytes) that no kept version needs were removed from {change.Name}."),
        Invariant($"{change.Name}에서 보존 대상 버전이 쓰지 않는 파일 {done.Keys.Count}개({done.Bytes}바이트)를 삭제했습니다."),
        new { statement = change.Statement, files = done.Keys.Count, bytes = done.Bytes, retention_hours = change.Retention?.TotalHours, milliseconds = (long)took.TotalMilliseconds });

    public LakeEvent Restored(string table, long before, long version, bool acceptLoss) => Event(
        "table_restored", acceptLoss ? "WARNING" : "INFO", table,
        Invariant($"{table} was restored from version {before} to version {version}."),
        Invariant($"{table} 테이블을 버전 {before}에서 버전 {version}(으)로 복원했습니다."),
        new { version_before = before, restored_to = version, accept_loss = acceptLoss });

    public LakeEvent ViewStored(string view, string query, bool replaced) => Event(
        replaced ? "view_replaced" : "view_created", "INFO", view,
        $"The view {view} was {(replaced ? "replaced" : "created")}.", $"{view} 뷰를 {(replaced ? "바꿨습니다" : "만들었습니다")}.", new { query });

    public LakeEvent ViewDropped(string view) => Event("view_dropped", "INFO", view, $"The view {view} was dropped.", $"{view} 뷰를 삭제했습니다.", null);

    public LakeEvent TableDropped(string table, string folder) => Event(
        "table_dropped", "HIGH", table,
        $"{table} was dropped; its files lie in {folder} until that folder is deleted.", $"{table} 테이블을 삭제했습니다. 파일은 {folder} 폴더를 지울 때까지 남아 있습니다.", new { folder });

    private LakeEvent Event(string kind, string severity, string name, string english, string korean, object? facts) =>
        new($"{runId}/{kind}", UnixMicros.From(at), kind, severity, Actor, english, korean) { TableName = name, DetailJson = facts is null ? null : JsonSerializer.Serialize(facts, s_json) };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
