using CryptoInsight.Delta;
using CryptoInsight.Delta.Log;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Sentiment;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Lake.Rows;

namespace CryptoInsight.Lake.FearGreed;

/// <summary><c>silver_fear_greed</c>: one row per UTC day, the greatest by INV-3 of all that passed the rules.</summary>
public sealed class SilverFearGreedTable(DeltaTable table) : KeyedTable<SilverFearGreed>(table)
{
    public const string Name = "silver_fear_greed";

    private static readonly TableShape<SilverFearGreed> s_shape = new TableShape<SilverFearGreed>()
        .NullableLong("ts_unix", r => r.TsUnix, nullable: false)
        .Time("event_time", r => r.EventTime)
        .NullableInt("index_value", r => r.IndexValue, nullable: false)
        .Text("value_classification", r => r.ValueClassification)
        .Text("time_until_update", r => r.TimeUntilUpdate, nullable: true)
        .Text("unique_key", r => r.UniqueKey)
        .Time("ingest_time", r => r.IngestTime)
        .Text("source", r => r.Source)
        .Date("dt", r => r.Day);

    public static TableDefinition Definition { get; } = new(s_shape.Schema) { PartitionColumns = ["dt"], Properties = TablePresets.UpsertedWithFeed };

    private protected override TableShape<SilverFearGreed> Shape => s_shape;

    /// <summary>The row's name. (A day has one row; a writer that moves it to another instant deletes the old name in the same commit.)</summary>
    private protected override IReadOnlyList<string> KeyColumns { get; } = ["unique_key"];

    /// <summary>The index as this snapshot has it, for look-ups as of an instant.</summary>
    public async Task<FearGreedIndex> IndexAsync(Snapshot snapshot, CancellationToken ct = default) =>
        FearGreedIndex.Of((await ReadAllAsync(snapshot, null, ct).ConfigureAwait(false)).Select(r => r.Point));

    private protected override IReadOnlyList<SilverFearGreed> Rows(RowReader reader)
    {
        Func<int, long?> seconds = reader.Long("ts_unix");
        Func<int, int?> value = reader.Int("index_value");
        Func<int, string?> label = reader.Label("value_classification"), until = reader.Text("time_until_update"), source = reader.Label("source");
        Func<int, UnixMicros?> ingestTime = reader.Time("ingest_time");
        var rows = new List<SilverFearGreed>(reader.Count);
        for (int i = 0; i < reader.Count; i++)
        {
            rows.Add(new SilverFearGreed(seconds(i)!.Value, value(i)!.Value, label(i)!, until(i), ingestTime(i)!.Value, source(i)!));
        }

        return rows;
    }
}
