using System.Collections.Specialized;
using System.Diagnostics;
using System.Globalization;
using System.Web;
using CryptoInsight.Delta;
using CryptoInsight.Domain.Budget;
using CryptoInsight.Domain.Market;
using CryptoInsight.Engine.Flows;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Engine.Options;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Sources.Binance;
using CryptoInsight.Sources.Binance.Streams;
using CryptoInsight.Sources.Tests;
using CryptoInsight.Sources.Tests.Binance;
using CryptoInsight.Sources.Tests.Binance.Streams;
using Xunit.Abstractions;

namespace CryptoInsight.Engine.Tests.Flows;

/// <summary>A thousand symbols close in the same second: real frames through the real streams, the real job and a lake on a disk.</summary>
[Collection(nameof(VirtualTime))]
public sealed class ThousandSymbolsSpecs(ITestOutputHelper output)
{
    private const int Symbols = 1_000;
    private const int Rounds = 6;

    [Fact]
    public async Task A_thousand_candles_of_one_second_are_durable_within_the_linger_time_and_one_commit()
    {
        string folder = Directory.CreateTempSubdirectory("thousand-symbols-").FullName;
        try
        {
            LakeTables lake = await LakeTables.OpenOrCreateAsync(LakeLocation.Local(folder), new DeltaTableOptions());
            EngineOptions options = EngineOptions.FromConfig(ShippedConfig.Reference);
            await using MedallionPipeline pipeline = await MedallionPipeline.StartAsync(lake, options, TimeProvider.System, "thousand", ingestsOnly: true);
            await FollowAsync(pipeline, options.Ingest.BatchDelayMax);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task FollowAsync(MedallionPipeline pipeline, TimeSpan linger)
    {
        ManualTime time = new("2025-06-01T12:00:58Z");
        FakeExchange exchange = new(time) { WeightLimit = int.MaxValue, CloseOf = _ => "1.5" };
        using FakeStreams dialer = new(exchange, time, TimeSpan.FromMinutes(1));
        ServerClock clock = new(time);
        using BinanceRest rest = new(new BinanceRestOptions { BaseUrl = new Uri("http://exchange.test"), RequestTimeout = TimeSpan.FromHours(1) }, exchange, clock, time);
        using WeightGate gate = new(new WeightBudgetSpec(1_000_000), clock, time);
        using KlineFeed feed = new(rest, gate, new KlineFeedOptions(), time, "thousand");
        KlineStreams streams = new(new KlineStreamOptions { BaseUrl = new Uri("ws://exchange.test") }, dialer, clock, time, KlineWireSchema.Binance, "thousand", _ => { });
        Interval minute = Interval.Parse("1m");
        UnixMicros began = minute.Floor(exchange.Now);
        SeriesStart[] series = [.. Enumerable.Range(0, Symbols).Select(n => new SeriesStart(Symbol.Parse($"S{n}USDT"), minute, began, began))];
        pipeline.Ingest(new ExchangeFeed(feed, series, SeriesOrigin.Spot, "binance.spot.ws", "thousand", () => clock.Now, _ => { }, r => throw new InvalidOperationException(r.Text)) { Streams = streams });
        await SoonAsync("the streams stand", () => streams.Facts is { Connections: > 0 } facts && facts.Up == facts.Connections);

        await SoonAsync("every series has looked back and waits for its candle", () => exchange.Requests.Count > Symbols && time.TimerCount >= Symbols && pipeline.Lake.Bronze.Table.Snapshot.RowCount >= Asked(exchange));
        long before = pipeline.Lake.Bronze.Table.Snapshot.RowCount!.Value;
        int asked = exchange.Requests.Count;
        List<(double Ms, long Commits)> rounds = [];
        long version = pipeline.Lake.Bronze.Table.Snapshot.Version;
        for (int round = 1; round <= Rounds; round++)
        {
            var sinceClose = Stopwatch.StartNew();
            time.Advance(round == 1 ? TimeSpan.FromSeconds(2.5) : TimeSpan.FromMinutes(1)); // half a second into the minute: every frame is out
            long seen = version;
            while (pipeline.Lake.Bronze.Table.Snapshot.RowCount < before + (Symbols * round))
            {
                seen = (await pipeline.Jobs.ReachedAsync(IngestJob.Id, seen + 1, Deadline())).Position;
            }

            rounds.Add((sinceClose.Elapsed.TotalMilliseconds, pipeline.Lake.Bronze.Table.Snapshot.Version - version));
            version = pipeline.Lake.Bronze.Table.Snapshot.Version;
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{streams.Facts.Connections} connections, linger {linger.TotalMilliseconds:0} ms; from close to durable {string.Join(", ", rounds.Select(r => $"{r.Ms:0} ms in {r.Commits}"))} commits"));
        Assert.Equal(before + (Symbols * Rounds), pipeline.Lake.Bronze.Table.Snapshot.RowCount);
        Assert.Equal(Symbols * Rounds, streams.Facts.Closed);
        Assert.Equal(asked, exchange.Requests.Count); // REST had to tell nothing
        Assert.All(rounds, r => Assert.InRange(r.Commits, 1, 2)); // what came within the linger time is one commit; frames that straddle its end make a second
        Assert.Contains(rounds, r => r.Commits == 1);
    }

    /// <summary>Candles that were asked for.</summary>
    private static long Asked(FakeExchange exchange) => exchange.Requests.Where(r => r.PathAndQuery.Contains("/klines", StringComparison.Ordinal)).Sum(r =>
    {
        NameValueCollection query = HttpUtility.ParseQueryString(r.PathAndQuery[r.PathAndQuery.IndexOf('?', StringComparison.Ordinal)..]);
        return (long.Parse(query["endTime"]!, CultureInfo.InvariantCulture) + 1 - long.Parse(query["startTime"]!, CultureInfo.InvariantCulture)) / 60_000;
    });

    /// <summary>A bounded wait for what other threads do; an early look only makes the caller wait longer.</summary>
    private static async Task SoonAsync(string what, Func<bool> isSo)
    {
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        CancellationToken deadline = Deadline();
        while (!isSo())
        {
            Assert.True(await look.WaitForNextTickAsync(CancellationToken.None));
            Assert.False(deadline.IsCancellationRequested, $"within 60 s it did not come to this: {what}");
        }
    }

    private static CancellationToken Deadline() => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;
}
