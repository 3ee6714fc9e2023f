using System.Globalization;
using System.Text.Json;
using CryptoInsight.Domain.Market;
using CryptoInsight.Lake.Operations;

namespace CryptoInsight.Engine.Maintenance;

/// <summary>What a piece of work did, for <c>ops_events</c>.</summary>
/// <param name="FilesBefore">Live files of the table.</param>
/// <param name="BytesBefore">Their size.</param>
/// <param name="FilesRemoved">Files rewritten, removed, or (dry run) that would be.</param>
public sealed record UpkeepReport(CompactionSpec Spec, int FilesBefore, long BytesBefore, int FilesAfter, long BytesAfter, int FilesRemoved, int FilesAdded, long BytesRemoved, long BytesAdded)
{
    /// <summary>Rows purged or letters let go.</summary>
    public long Rows { get; init; }

    public TimeSpan Took { get; init; }

    /// <summary>Whether anything differs now.</summary>
    public bool HasChanged => FilesRemoved + FilesAdded + Rows > 0;

    /// <summary>False: there was work, and it could not be done, for others were at the same files.</summary>
    public bool IsDone => Spec.DryRun || HasChanged || Spec.Kind is not (UpkeepKind.Pack or UpkeepKind.Cluster);

    /// <summary>The event's row.</summary>
    public LakeEvent ToEvent(string id, UnixMicros at) => new(id, at, Kind, "INFO", Spec.Cause == UpkeepCause.Operator ? "operator" : "maintenance", English, Korean) { TableName = Spec.Table, DetailJson = Detail };

    private string Kind => Spec.Kind switch
    {
        UpkeepKind.Pack => "optimize",
        UpkeepKind.Cluster => "zorder",
        UpkeepKind.LetGo => "dlq_retention",
        UpkeepKind.CleanLog => "log_cleanup",
        _ => "vacuum",
    };

    /// <summary>One sentence for people.</summary>
    public string English => (Spec.Kind, Spec.DryRun) switch
    {
        (UpkeepKind.Pack, false) => $"{FilesRemoved} small files of {Spec.Table} became {FilesAdded} ({Size(BytesRemoved)} to {Size(BytesAdded)}).",
        (UpkeepKind.Pack, true) => $"{FilesRemoved} small files of {Spec.Table} would be merged ({Size(BytesRemoved)}).",
        (UpkeepKind.Cluster, false) => $"{FilesRemoved} files of {Spec.Partitions.Count} closed days of {Spec.Table} became {FilesAdded} ({Size(BytesRemoved)} to {Size(BytesAdded)}).",
        (UpkeepKind.Cluster, true) => $"{FilesRemoved} files of {Spec.Partitions.Count} closed days of {Spec.Table} would be laid out ({Size(BytesRemoved)}).",
        (UpkeepKind.LetGo, var dry) => $"{Rows} dead letters past their retention {(dry ? "would be" : "were")} deleted from {Spec.Table}.",
        (UpkeepKind.CleanLog, _) => $"{FilesRemoved} old log files of {Spec.Table} were removed.",
        var (_, dry) => $"{FilesRemoved} files of {Spec.Table} that no version needs {(dry ? "would be" : "were")} removed ({Size(BytesRemoved)}).",
    };

    private string Korean => Spec.Kind switch
    {
        UpkeepKind.Pack => $"{Spec.Table}의 작은 파일 {FilesRemoved}개를 {FilesAdded}개로 합쳤습니다 ({Size(BytesRemoved)} → {Size(BytesAdded)}).",
        UpkeepKind.Cluster => $"{Spec.Table}의 마감된 {Spec.Partitions.Count}일치 파일 {FilesRemoved}개를 {FilesAdded}개로 정렬했습니다 ({Size(BytesRemoved)} → {Size(BytesAdded)}).",
        UpkeepKind.LetGo => $"{Spec.Table}에서 보존 기간이 지난 데드레터 {Rows}건을 삭제했습니다.",
        UpkeepKind.CleanLog => $"{Spec.Table}의 오래된 로그 파일 {FilesRemoved}개를 제거했습니다.",
        _ => $"{Spec.Table}에서 어떤 버전에도 필요 없는 파일 {FilesRemoved}개를 제거했습니다 ({Size(BytesRemoved)}).",
    };

    private string Detail => JsonSerializer.Serialize(new SortedDictionary<string, object>(StringComparer.Ordinal)
    {
        ["cause"] = Spec.Cause.ToString().ToLowerInvariant(),
        ["dry_run"] = Spec.DryRun,
        ["partitions"] = Spec.Partitions,
        ["files_before"] = FilesBefore,
        ["files_after"] = FilesAfter,
        ["bytes_before"] = BytesBefore,
        ["bytes_after"] = BytesAfter,
        ["files_removed"] = FilesRemoved,
        ["files_added"] = FilesAdded,
        ["bytes_removed"] = BytesRemoved,
        ["bytes_added"] = BytesAdded,
        ["rows"] = Rows,
        ["seconds"] = Math.Round(Took.TotalSeconds, 3),
    });

    private static string Size(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.0} MiB");
}
