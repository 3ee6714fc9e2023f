using System.Globalization;
using Akka.Actor;
using Akka.Event;
using CryptoInsight.Domain.Market;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Lake.DeadLetters;
using CryptoInsight.Lake.Operations;

namespace CryptoInsight.Engine.Operations;

/// <summary>Once a day lets go of dead letters that are older than their retention, and says so in <c>ops_events</c>.</summary>
/// <remarks>Owns: nothing. Supervised by the node's guardian. Loses on restart: nothing, the first look comes soon after a start. A look that fails is repeated the next day.</remarks>
public sealed class RetentionActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan s_firstAfter = TimeSpan.FromMinutes(1); // a start has better things to do
    private static readonly TimeSpan s_every = TimeSpan.FromDays(1);

    private readonly IReadOnlyDictionary<string, DeadLetterTable> _tables;
    private readonly TimeSpan _retention;
    private readonly JobNode _node;

    public RetentionActor(IReadOnlyDictionary<string, DeadLetterTable> tables, TimeSpan retention, JobNode node)
    {
        _tables = tables;
        _retention = retention;
        _node = node;
        Receive<Look>(_ => LookAt());
        Receive<LetGo>(OnLetGo);
        Receive<Failed>(failed => Context.System.Log.Warning("Old dead letters of {0} could not be let go; tried again in a day: {1}", failed.Table, failed.Cause.Message));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(IReadOnlyDictionary<string, DeadLetterTable> tables, TimeSpan retention, JobNode node) =>
        Akka.Actor.Props.Create(() => new RetentionActor(tables, retention, node));

    private sealed record Look : INoSerializationVerificationNeeded
    {
        public static readonly Look Instance = new();
    }

    private sealed record LetGo(string Table, long Letters, UnixMicros At) : INoSerializationVerificationNeeded;

    private sealed record Failed(string Table, Exception Cause) : INoSerializationVerificationNeeded;

    protected override void PreStart() => Timers.StartPeriodicTimer("look", Look.Instance, s_firstAfter, s_every);

    private void LookAt()
    {
        UnixMicros now = UnixMicros.From(_node.Clock.GetUtcNow());
        foreach ((string name, DeadLetterTable table) in _tables)
        {
            DeadLetterRetention.RunAsync(table, _retention, now, CancellationToken.None).PipeTo(
                Self, success: letters => new LetGo(name, letters, now), failure: cause => new Failed(name, cause));
        }
    }

    private void OnLetGo(LetGo done)
    {
        if (done.Letters > 0)
        {
            string days = _retention.TotalDays.ToString("0.#", CultureInfo.InvariantCulture);
            _node.Journal.Tell(new LakeEvent(
                $"{_node.RunId}/retention/{done.Table}/{done.At}", done.At, "dlq_retention", "INFO", "retention",
                $"{done.Letters} dead letters older than {days} days were deleted from {done.Table}.", $"{done.Table} 테이블에서 {days}일이 지난 데드레터 {done.Letters}건을 삭제했습니다.") { TableName = done.Table });
        }
    }
}
