using Akka.Configuration;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine.Symbols;

namespace CryptoInsight.Engine.Options;

/// <summary>Every setting of the engine, read once, all faults reported together.</summary>
public sealed record EngineOptions(
    LakeOptions Lake,
    IngestOptions Ingest,
    int ReplayBatchRowsMax,
    long SilverStepBytesMax,
    SignalSettings Signals,
    long GoldStepBytesMax,
    int GoldRebuildRowsMax,
    TimeSpan AnswerTimeout,
    SnapshotOptions Snapshots,
    TimeSpan JobPollEvery,
    BackoffOptions Backoff,
    TimeSpan JournalEvery,
    string HttpBind)
{
    /// <summary>How Bronze rows become Silver rows.</summary>
    public required SilverOptions Silver { get; init; }

    /// <summary>The Fear and Greed index and top-trader positions.</summary>
    public required SentimentOptions Sentiment { get; init; }

    /// <summary>How the lake looks after itself.</summary>
    public required MaintenanceOptions Maintenance { get; init; }

    /// <summary>The web console's SQL workers.</summary>
    public required SqlOptions Sql { get; init; }

    /// <summary>Reads the section <c>cryptoinsight</c>; <see cref="SettingsException"/> lists every fault.</summary>
    public static EngineOptions FromConfig(Config config)
    {
        var read = new SettingsReader(config);
        var lake = new LakeOptions(read.Text("lake.path"), read.Text("lake.catalog"), read.Text("lake.schema"));
        IReadOnlyList<Interval> intervals = read.Many("ingest.intervals", Interval.Parse);
        var ingest = new IngestOptions(
            read.Text("ingest.exchange"),
            read.Many("ingest.symbols", Symbol.Parse),
            intervals,
            read.DurationOrAuto("ingest.since"),
            read.Duration("ingest.batch-delay-max", TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1)),
            read.Whole("ingest.batch-rows-max", 1, 1_000_000),
            read.Whole("ingest.parallelism", 1, 64),
            read.OneOf("ingest.live", "websocket", "poll") == "websocket")
        {
            Egress = read.Name("ingest.egress"),
            LimitsEvery = read.Duration("ingest.limits-every", TimeSpan.FromSeconds(1), TimeSpan.FromHours(24)),
        };
        TimeSpan delay = read.Duration("gold.watermark-delay", TimeSpan.Zero, SignalSettings.WatermarkDelayMax);
        var options = new EngineOptions(
            lake,
            ingest,
            read.Whole("replay.batch-rows-max", 1, 5_000_000),
            read.Size("silver.step-bytes-max", 1 << 10, 1L << 40),
            read.Checked("gold.timeframes", SignalSettings.Default(), () => SignalSettings.Resolve(Interval.All, Timeframes(read), delay)),
            read.Size("gold.step-bytes-max", 1 << 10, 1L << 40),
            read.Whole("gold.rebuild-rows-max", 1_000, 10_000_000),
            read.Duration("gold.answer-timeout", TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1)),
            new SnapshotOptions(
                read.Choice<SnapshotStore>("gold.snapshots.store"),
                read.WithoutPassword("gold.snapshots.connection"),
                read.Whole("gold.snapshots.every-versions", 1, SilverSince.VersionsMax / 2)),
            read.Duration("jobs.poll-every", TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1)),
            new BackoffOptions(
                read.Duration("jobs.backoff-min", TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1)),
                read.Duration("jobs.backoff-max", TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(24))),
            read.Duration("jobs.journal-every", TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(24)),
            read.Text("http.bind"))
        {
            Silver = SilverOptions.From(read),
            Sentiment = SentimentOptions.Read(read),
            Maintenance = MaintenanceOptions.Read(read),
            Sql = SqlOptions.From(read),
        };
        read.ThrowIfFaulty();
        return options;
    }

    private static Dictionary<Interval, IReadOnlyList<Interval>> Timeframes(SettingsReader read) =>
        read.Keys("gold.timeframes").ToDictionary(Interval.Parse, source => read.Many($"gold.timeframes.\"{source}\"", Interval.Parse));
}
