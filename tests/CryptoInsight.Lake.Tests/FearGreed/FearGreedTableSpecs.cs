using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Sentiment;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Lake.FearGreed;
using CryptoInsight.Lake.Rows;

namespace CryptoInsight.Lake.Tests.FearGreed;

public sealed class FearGreedTableSpecs
{
    private const long FirstDay = 1_517_443_200; // 2018-02-01T00:00:00Z

    private static readonly UnixMicros s_arrived = UnixMicros.FromSeconds(1_714_521_600);

    [Fact]
    public void The_tables_have_the_columns_of_the_contract_in_its_order()
    {
        Assert.Equal(
            "source string, event_time timestamp?, ingest_time timestamp, unique_key string?, raw_json string, api_endpoint string, api_params_hash string, ingest_run_id string, "
            + "index_value string?, value_classification string?, time_until_update string?, _rescued_data string?, dt date",
            Columns(BronzeFearGreedTable.Definition));
        Assert.Equal(
            "ts_unix long, event_time timestamp, index_value integer, value_classification string, time_until_update string?, unique_key string, ingest_time timestamp, source string, dt date",
            Columns(SilverFearGreedTable.Definition));
        Assert.Equal(
            "ts_utc timestamp, value integer, value_class string, ma7 double, ma30 double, z30 double?, d1_change integer?, d7_change integer?, streak_days integer, dt date",
            Columns(GoldFearGreedTable.Definition));
    }

    [Fact]
    public async Task Bronze_gives_back_what_was_appended_keyless_rows_included()
    {
        await using SampleLake lake = await SampleLake.EmptyAsync();
        BronzeFearGreedTable bronze = lake.Tables.FearGreed.Bronze;
        RawFearGreed[] rows =
        [
            new("alternative.me", FirstDay, s_arrived, """{"value":"30"}""", "/fng/", "hash", "run", "30", "Fear", null, null),
            new("alternative.me", FirstDay + 86_400, s_arrived, """{"value":"15"}""", "/fng/", "hash", "run", "15", "Extreme Fear", "3600", """{"x":1}"""),
            new("alternative.me", null, s_arrived, "\"nonsense\"", "/fng/", "hash", "run", null, null, null, null),
        ];
        Assert.IsType<CommitOutcome.Committed>(await bronze.AppendAsync(rows, [new AppTransaction("replay/x", 3)]));
        List<RawFearGreed> read = [];
        await foreach (IReadOnlyList<RawFearGreed> some in bronze.ReadAsync(bronze.Table.Snapshot))
        {
            read.AddRange(some);
        }

        Assert.Equal(rows, read.OrderBy(r => r.TsUnix ?? long.MaxValue));
        Assert.Equal(3, bronze.Table.Snapshot.TransactionVersion("replay/x"));
    }

    [Fact]
    public async Task Silver_is_changed_by_key_and_read_as_an_index()
    {
        await using SampleLake lake = await SampleLake.EmptyAsync();
        SilverFearGreedTable silver = lake.Tables.FearGreed.Silver;
        SilverFearGreed Row(int day, int value, int seconds = 0) => new(FirstDay + (day * 86_400L) + seconds, value, "Fear", null, s_arrived, "alternative.me");
        await CommitAsync(silver, new RowDifference<SilverFearGreed>([Row(0, 30), Row(1, 15), Row(2, 40)], [], []));
        await CommitAsync(silver, new RowDifference<SilverFearGreed>([Row(2, 41, seconds: 60)], [Row(1, 16)], [Row(2, 40)]));
        FearGreedIndex index = await silver.IndexAsync(silver.Table.Snapshot);
        Assert.Equal([Row(0, 30).Point, Row(1, 16).Point, Row(2, 41, 60).Point], index.Points);
    }

    [Fact]
    public async Task Gold_gives_back_every_column_nulls_included()
    {
        await using SampleLake lake = await SampleLake.EmptyAsync();
        GoldFearGreedTable gold = lake.Tables.FearGreed.Gold;
        FearGreedDay[] rows =
        [
            new(UnixMicros.FromSeconds(FirstDay), 30, "Fear", 30, 30, null, null, null, 1),
            new(UnixMicros.FromSeconds(FirstDay + 86_400), 15, "Extreme Fear", 22.5, 22.5, -0.7071, -15, 3, 1),
        ];
        Assert.IsType<CommitOutcome.Committed>(await gold.CommitAsync(new RowDifference<FearGreedDay>(rows, [], []), [], gold.Table.Snapshot.Version));
        Assert.Equal(rows, (await gold.ReadAllAsync(gold.Table.Snapshot)).OrderBy(r => r.Time));
    }

    [Fact]
    public void A_difference_names_exactly_the_rows_that_changed()
    {
        RowDifference<(int Key, string Value)> difference = RowDifference<(int Key, string Value)>.Between(
            [(1, "a"), (2, "b"), (3, "c")], [(2, "b"), (3, "C"), (4, "d")], r => r.Key, (x, y) => x == y);
        Assert.Equal([(4, "d")], difference.Inserts);
        Assert.Equal([(3, "C")], difference.Replacements);
        Assert.Equal([(1, "a")], difference.Deletes);
        Assert.Throws<ArgumentException>(() => RowDifference<int>.Between([], [1, 1], k => k, (x, y) => x == y));
    }

    private static async Task CommitAsync(SilverFearGreedTable silver, RowDifference<SilverFearGreed> difference) =>
        Assert.IsType<CommitOutcome.Committed>(await silver.CommitAsync(difference, [new AppTransaction("job", 1)], silver.Table.Snapshot.Version));

    private static string Columns(Delta.TableDefinition definition) => string.Join(", ", definition.Schema.Fields.Select(f => $"{f.Name} {f.Type}{(f.Nullable ? "?" : "")}"));
}
