using System.Globalization;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Lake.DeadLetters;
using CryptoInsight.Lake.Sql;

namespace CryptoInsight.Lake.Tests;

/// <summary>A small lake in a folder of its own, written through the engine: two symbols, three days of hourly candles, revisions, signals of three timeframes, a quarantined row.</summary>
internal sealed class SampleLake : IAsyncDisposable
{
    public const string SilverJob = "02_transform_silver_binance";
    public const int Hours = 72;

    public static readonly Symbol Btc = Symbol.Parse("BTCUSDT");
    public static readonly Symbol Eth = Symbol.Parse("ETHUSDT");
    public static readonly Interval Hour = Interval.Parse("1h");
    public static readonly UnixMicros Start = UnixMicros.FromSeconds(1_735_689_600); // 2025-01-01T00:00:00Z

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lake-tests-");

    private SampleLake()
    {
    }

    public LakeLocation Location => LakeLocation.Local(_folder.FullName);

    public LakeTables Tables { get; private set; } = null!;

    public string TableFolder(string table) => Path.Combine(_folder.FullName, "demo_catalog", "demo_schema", table);

    public static async Task<SampleLake> EmptyAsync()
    {
        var lake = new SampleLake();
        lake.Tables = await LakeTables.OpenOrCreateAsync(lake.Location, new DeltaTableOptions());
        return lake;
    }

    /// <summary>Candles of both symbols; the last three hours of BTC are revised once, so that Silver has deletion vectors.</summary>
    public static async Task<SampleLake> FilledAsync()
    {
        SampleLake lake = await EmptyAsync();
        for (int day = 0; day < Hours / 24; day++)
        {
            int first = day * 24;
            await lake.AppendBronzeAsync([.. Enumerable.Range(first, 24).SelectMany(h => new[] { Raw(Btc, h, CloseOf(Btc, h)), Raw(Eth, h, CloseOf(Eth, h)) })], first + 23);
            await lake.CommitSilverAsync([.. Enumerable.Range(first, 24).SelectMany(h => new[] { Candle(Btc, h), Candle(Eth, h) })], []);
        }

        await lake.AppendBronzeAsync([.. Enumerable.Range(Hours - 3, 3).Select(h => Raw(Btc, h, CloseOf(Btc, h) + 0.5, later: true)), Keyless()], Hours - 1);
        await lake.CommitLettersAsync([Keyless()]);
        await lake.CommitSilverAsync([], [.. Enumerable.Range(Hours - 3, 3).Select(h => Candle(Btc, h, CloseOf(Btc, h) + 0.5))]);
        await lake.CommitGoldAsync([.. new[] { "5m", "15m", "4h" }.SelectMany(t => Enumerable.Range(0, 6).Select(i => Signal(Btc, t, i, 100 + i)))]);
        await lake.CommitGoldAsync([Signal(Eth, "5m", 0, 10)]);
        return lake;
    }

    public SqlSession OpenSql() => SqlSession.Open(Location);

    public static UnixMicros HourAt(int hour) => Start + (hour * 3600L * UnixMicros.PerSecond);

    public static double CloseOf(Symbol symbol, int hour) => (symbol.Code == "BTCUSDT" ? 1000 : 10) + hour;

    public static SilverCandle Candle(Symbol symbol, int hour, double? close = null, Interval? interval = null)
    {
        double c = close ?? CloseOf(symbol, hour);
        UnixMicros open = HourAt(hour);
        return new SilverCandle(
            symbol, interval ?? Hour, new Candle(open, c - 1, c + 2, c - 2, c, 10, open + 3_599_999_000L, 10 * c, 5, 4, hour % 2 == 0 ? null : 4 * c), open + 3_600_000_000L, "replay.spot");
    }

    public async Task CommitSilverAsync(IReadOnlyList<SilverCandle> inserts, IReadOnlyList<SilverCandle> replacements, long? judged = null) =>
        Done(await Tables.Silver.CommitAsync(
            inserts, replacements, new AppTransaction(SilverJob, judged ?? Tables.Bronze.Table.Snapshot.Version), Tables.Silver.Table.Snapshot.Version));

    public async Task AppendBronzeAsync(IReadOnlyList<RawCandle> rows, int bookmarkHour) =>
        Done(await Tables.Bronze.AppendAsync(rows, [IngestPositions.Advance(null, Btc, Hour, HourAt(bookmarkHour)) with { LastUpdated = 1_735_700_000_000 }]));

    public async Task CommitLettersAsync(IReadOnlyList<RawCandle> rows) =>
        Done(await Tables.DeadLetters.AppendAsync(
            [.. rows.Select(r => DeadLetter.Of(new BronzeEntry.Readable(r), "UNREADABLE", "the row has no open time", "job-1"))],
            new AppTransaction(SilverJob, Tables.Bronze.Table.Snapshot.Version), Tables.DeadLetters.Table.Snapshot.Version));

    public async Task CommitGoldAsync(IReadOnlyList<SignalRow> rows) =>
        Done(await Tables.Gold.CommitAsync(rows, [], [], HourAt(1000), [new AppTransaction("gold", Tables.Gold.Table.Snapshot.Version)], Tables.Gold.Table.Snapshot.Version));

    public static RawCandle Raw(Symbol symbol, int hour, double close, bool later = false) => new(
        "replay.spot", symbol, Hour, HourAt(hour), HourAt(hour + (later ? 2 : 1)), string.Create(CultureInfo.InvariantCulture, $"[{HourAt(hour).Milliseconds},\"{close}\"]"), "test.csv", "hash", "run-1", null);

    public static RawCandle Keyless() => new("replay.spot", Btc, Hour, null, HourAt(Hours), "[\"no time; DROP TABLE x; -- 'quoted'\"]", "test.csv", "hash", "run-1", "{\"12\":\"new\"}");

    public static SignalRow Signal(Symbol symbol, string timeframe, int bucket, double close)
    {
        Interval of = Interval.Parse(timeframe);
        UnixMicros start = Start + (bucket * of.FixedLength!.Value.Ticks / TimeSpan.TicksPerMicrosecond);
        return new SignalRow(
            symbol, of, start, of.Next(start), close, close + 1, close - 1, close, close, close, 10, 10 * close, 5, 1, bucket >= 2 ? close - 1 : null, bucket >= 4 ? close - 2 : null, 55,
            bucket >= 4 ? "Golden Cross" : "Neutral", bucket == 4 ? "Golden Cross" : null, bucket >= 4 ? true : null, null, bucket == 3 ? 40 : null, bucket == 3 ? "Fear" : null, true);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private static void Done(CommitOutcome outcome) =>
        outcome.Match(_ => 0, _ => 0, s => throw new InvalidOperationException(s.Why), c => throw new InvalidOperationException(c.Why));
}
