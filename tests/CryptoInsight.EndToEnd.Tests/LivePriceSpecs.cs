using System.Text.Json;

namespace CryptoInsight.EndToEnd.Tests;

/// <summary>Open candles feed the price that people see, and nothing else.</summary>
public sealed class LivePriceSpecs
{
    [Fact]
    public async Task The_price_moves_between_two_closes_in_the_api_and_on_the_stream_of_changes()
    {
        using var lake = new TemporaryLake();
        using RunningNode node = await RunningNode.ListeningAsync(lake, "--symbols", "BTCUSDT", "--intervals", "4h");
        await node.ReadyAsync();
        List<long> seen = [];
        string moved = await node.UntilAsync("price", "three times of a price within one bucket of four hours", TimeSpan.FromSeconds(90), async () =>
        {
            JsonElement symbol = (await node.GetAsync("/api/v1/symbols")).GetProperty("symbols")[0];
            long bucketAgo = DateTimeOffset.UtcNow.AddHours(-4).ToUnixTimeMilliseconds(); // while the history comes in the newest price is an old one
            if (symbol.GetProperty("lastPriceAt") is { ValueKind: JsonValueKind.Number } at && at.GetInt64() >= bucketAgo && !seen.Contains(at.GetInt64()))
            {
                seen.Add(at.GetInt64());
            }

            return (seen.Count >= 3 ? symbol.ToString() : null, symbol.ToString());
        });
        Assert.True(seen.Zip(seen.Skip(1)).All(p => p.Second > p.First && p.Second - p.First < 4 * 3_600_000L), $"{string.Join(", ", seen)}: {moved}");

        using HttpClient http = new() { Timeout = TimeSpan.FromSeconds(60) };
        using var reader = new StreamReader(await http.GetStreamAsync(new Uri(node.Url, "/api/v1/stream")));
        SortedSet<long> told = [];
        while (told.Count < 3) // the reader's own time-out ends a stream that says nothing new
        {
            string line = await reader.ReadLineAsync() ?? throw new EndOfStreamException("the stream of changes ended");
            if (line.StartsWith("data:", StringComparison.Ordinal) && line.Contains("\"lastPriceAt\":", StringComparison.Ordinal))
            {
                using JsonDocument data = JsonDocument.Parse(line["data:".Length..]);
                told.Add(data.RootElement.GetProperty("symbols")[0].GetProperty("lastPriceAt").GetInt64());
            }
        }
    }
}
