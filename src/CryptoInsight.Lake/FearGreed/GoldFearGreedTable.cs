using CryptoInsight.Delta;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Sentiment;
using CryptoInsight.Lake.Rows;

namespace CryptoInsight.Lake.FearGreed;

/// <summary><c>gold_fear_greed</c>: the index day by day with its means, z-score, changes and streak; a pure function of Silver (<see cref="FearGreedTrend"/>).</summary>
public sealed class GoldFearGreedTable(DeltaTable table) : KeyedTable<FearGreedDay>(table)
{
    public const string Name = "gold_fear_greed";

    private static readonly TableShape<FearGreedDay> s_shape = new TableShape<FearGreedDay>()
        .Time("ts_utc", r => r.Time)
        .NullableInt("value", r => r.Value, nullable: false)
        .Text("value_class", r => r.ValueClass)
        .Number("ma7", r => r.Ma7)
        .Number("ma30", r => r.Ma30)
        .NullableNumber("z30", r => r.Z30)
        .NullableInt("d1_change", r => r.D1Change)
        .NullableInt("d7_change", r => r.D7Change)
        .NullableInt("streak_days", r => r.StreakDays, nullable: false)
        .Date("dt", r => r.Time.Day);

    public static TableDefinition Definition { get; } = new(s_shape.Schema) { PartitionColumns = ["dt"], Properties = TablePresets.Upserted };

    private protected override TableShape<FearGreedDay> Shape => s_shape;

    private protected override IReadOnlyList<string> KeyColumns { get; } = ["ts_utc"];

    private protected override IReadOnlyList<FearGreedDay> Rows(RowReader reader)
    {
        Func<int, UnixMicros?> time = reader.Time("ts_utc");
        Func<int, int?> value = reader.Int("value"), d1 = reader.Int("d1_change"), d7 = reader.Int("d7_change"), streak = reader.Int("streak_days");
        Func<int, string?> label = reader.Label("value_class");
        Func<int, double?> ma7 = reader.Number("ma7"), ma30 = reader.Number("ma30"), z30 = reader.Number("z30");
        var rows = new List<FearGreedDay>(reader.Count);
        for (int i = 0; i < reader.Count; i++)
        {
            rows.Add(new FearGreedDay(time(i)!.Value, value(i)!.Value, label(i)!, ma7(i)!.Value, ma30(i)!.Value, z30(i), d1(i), d7(i), streak(i)!.Value));
        }

        return rows;
    }
}
