using System.Text;
using System.Text.Json;
using Apache.Arrow;
using CryptoInsight.Delta;
using CryptoInsight.Domain.Sentiment;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Bronze;

namespace CryptoInsight.EndToEnd.Tests;

/// <summary>The Fear and Greed index and top-trader positions through the whole program.</summary>
public sealed class SentimentSpecs
{
    private const string Secret = "S3cretOfThisTest";

    [SkippableFact]
    public async Task The_recorded_index_is_replayed_once_however_often_it_is_given()
    {
        string json = SharedData.MarketData("fear-greed/derived/fng-2018-02_2024-05.json.gz"), csv = SharedData.MarketData("fear-greed/alternative.me-fng-format-csv_2024-05-01.response.txt");
        using var lake = new TemporaryLake();
        using (ProgramRun refused = await lake.RunAsync("replay", "--fear-greed", csv))
        {
            refused.MustEndWith(2);
            Assert.Contains("format=csv", refused.Error, StringComparison.Ordinal);
            Assert.True(lake.IsUntouched);
        }

        using (ProgramRun first = await lake.RunAsync("replay", "--fear-greed", json))
        {
            first.MustEndWith(0);
        }

        LakeTables tables = await lake.OpenAsync();
        FearGreedIndex index = await tables.FearGreed.Silver.IndexAsync(tables.FearGreed.Silver.Table.Snapshot);
        Assert.Equal(2_279, index.Points.Count);
        IReadOnlyList<FearGreedDay> gold = await tables.FearGreed.Gold.ReadAllAsync(tables.FearGreed.Gold.Table.Snapshot);
        Assert.Equal(FearGreedTrend.Of(index), gold.OrderBy(d => d.Time));
        using (ProgramRun second = await lake.RunAsync("replay", "--fear-greed", json))
        {
            second.MustEndWith(0);
        }

        Assert.Equal(SentimentFacts(tables), SentimentFacts(await lake.OpenAsync()));
    }

    [Fact]
    public async Task A_node_follows_both_asks_for_the_index_once_a_day_and_lets_no_key_out()
    {
        using var gateway = new EchoingGateway();
        using var lake = new TemporaryLake();
        var variables = new Dictionary<string, string>
        {
            ["CRYPTOINSIGHT_LEADERBOARD_APP_ID"] = $"{Secret}-app",
            ["CRYPTOINSIGHT_LEADERBOARD_CLIENT_ID"] = $"{Secret}-client",
            ["CRYPTOINSIGHT_LEADERBOARD_API_KEY_FILE"] = lake.File("api.key"),
        };
        await File.WriteAllTextAsync(lake.File("api.key"), $"{Secret}/key+=\n");
        string printed = "";
        for (int start = 0; start < 2; start++)
        {
            using ProgramRun node = ProgramRun.Start(
                variables, "up", "--lake", lake.Path, "--http", "127.0.0.1:0", "--symbols", "BTCUSDT", "--intervals", "4h", "--since", "2d",
                "--set", $"fear-greed.url={gateway.Address}", "--set", $"leaderboard.url={gateway.Address}", "--set", "leaderboard.accounts=[\"GOOD1=Whale\", \"BAD1=Shy\"]");
            printed += await ShownAsync(node, lake);
            await node.SignalAsync("TERM");
            Assert.Equal(0, await node.EndAsync(TimeSpan.FromSeconds(30)));
            printed += node.Out + node.Error;
        }

        using (ProgramRun shown = ProgramRun.Start(variables, "config", "show", "--output", "json"))
        {
            Assert.Equal(0, await shown.EndAsync(TimeSpan.FromSeconds(60)));
            Assert.Contains("(secret, set)", shown.Out, StringComparison.Ordinal);
            printed += shown.Out + shown.Error;
        }

        Assert.Single(gateway.Asked, path => path == "/fng/");
        LakeTables tables = await lake.OpenAsync();
        Assert.NotNull(tables.FearGreed.Bronze.Table.Snapshot.TransactionVersion(IngestPositions.LastAnswer));
        Assert.Equal(1, tables.FearGreed.DeadLetters.Table.Snapshot.RowCount); // the value 101
        Assert.True(tables.Positions.DeadLetters.Table.Snapshot.RowCount >= 1); // the refusal
        Assert.DoesNotContain(Secret, printed, StringComparison.OrdinalIgnoreCase);
        await AssertNoSecretAsync(tables, lake);
    }

    private static async Task<string> ShownAsync(ProgramRun node, TemporaryLake lake)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(20) };
        return await Waiting.UntilAsync("sentiment", "an index and a position in the API", TimeSpan.FromSeconds(120), async () =>
        {
            Assert.False(node.HasEnded, node.HasEnded ? node.Said() : "");
            try
            {
                using JsonDocument said = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(lake.Path, ".cryptoinsight", "node.json")));
                var url = new Uri(said.RootElement.GetProperty("url").GetString()!);
                string mood = await http.GetStringAsync(new Uri(url, "/api/v1/sentiment")), held = await http.GetStringAsync(new Uri(url, "/api/v1/positions"));
                bool all = mood.Contains("\"latest\":{", StringComparison.Ordinal) && held.Contains("\"BTCUSDT\"", StringComparison.Ordinal);
                return (all ? mood + held : null, mood + held);
            }
            catch (Exception notYet) when (notYet is IOException or JsonException or HttpRequestException)
            {
                return (null, notYet.Message);
            }
        });
    }

    /// <summary>No text of any table, no log entry and no file of the lake holds a key (INV-10).</summary>
    private static async Task AssertNoSecretAsync(LakeTables tables, TemporaryLake lake)
    {
        foreach (string name in LakeTables.Definitions.Keys)
        {
            DeltaTable table = await DeltaTable.OpenAsync(tables.Location.StoreOf(name));
            await foreach (RecordBatch batch in table.ReadAsync(table.Snapshot))
            {
                using (batch)
                {
                    foreach (StringArray column in batch.Arrays.OfType<StringArray>())
                    {
                        Assert.DoesNotContain(Enumerable.Range(0, column.Length), i => column.GetString(i)?.Contains(Secret, StringComparison.OrdinalIgnoreCase) == true);
                    }
                }
            }
        }

        foreach (string file in Directory.EnumerateFiles(lake.Path, "*", SearchOption.AllDirectories))
        {
            Assert.DoesNotContain(Secret, Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)), StringComparison.OrdinalIgnoreCase);
        }
    }

    private static IEnumerable<TableFacts> SentimentFacts(LakeTables tables) => TableFacts.Of(tables).Where(t => t.Name.Contains("fear_greed", StringComparison.Ordinal));
}
