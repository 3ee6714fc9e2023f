using CryptoInsight.Domain.Positions;
using CryptoInsight.Domain.Sentiment;
using CryptoInsight.Engine;
using CryptoInsight.Engine.Flows;
using CryptoInsight.Engine.Options;
using CryptoInsight.Host.Commands;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Lake.Rows;
using CryptoInsight.Sources.Binance;
using CryptoInsight.Sources.FearGreed;
using CryptoInsight.Sources.Http;
using CryptoInsight.Sources.Leaderboard;
using CryptoInsight.Sources.Polling;

namespace CryptoInsight.Host.Node;

/// <summary>Where a node gets the Fear and Greed index and the top traders' positions from; either may be off.</summary>
public sealed class SentimentConnection : IDisposable
{
    private static readonly LeaderboardAccount[] s_madeUp =
        [new("A11CE", "Alice (simulated)"), new("B0B", "Bob (simulated)"), new("CAR01", "Carol (simulated)")];

    private readonly List<IDisposable> _held = [];
    private readonly SentimentOptions _options;
    private readonly TimeProvider _time;
    private readonly TextWriter _log;
    private readonly string _runId;

    private SentimentConnection(SentimentOptions options, TimeProvider time, TextWriter log, string runId)
    {
        _options = options;
        _time = time;
        _log = log;
        _runId = runId;
    }

    /// <summary>The index, or null if it is off.</summary>
    public PolledSource<RawFearGreed>? FearGreed { get; private set; }

    /// <summary>The positions, or null if they are off.</summary>
    public PolledSource<RawPosition>? Leaderboard { get; private set; }

    /// <summary>Chooses the sources by the settings and the exchange; nothing is asked yet.</summary>
    public static SentimentConnection Open(
        SentimentOptions options, ExchangeConnection exchange, LakeTables lake, LeaderboardKeys? keys, string runId, TimeProvider time, TextWriter log)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(exchange);
        ArgumentNullException.ThrowIfNull(lake);
        var connection = new SentimentConnection(options, time, log, runId);
        try
        {
            connection.FearGreed = connection.Index(exchange, lake);
            connection.Leaderboard = connection.Positions(exchange, lake, keys);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Starts the jobs of what is on.</summary>
    public void Start(MedallionPipeline pipeline)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        if (FearGreed is { } index)
        {
            pipeline.Ingest(index);
        }

        if (Leaderboard is { } leaderboard)
        {
            pipeline.Ingest(leaderboard);
        }
    }

    public void Dispose() => _held.ForEach(h => h.Dispose());

    private PolledSource<RawFearGreed>? Index(ExchangeConnection exchange, LakeTables lake)
    {
        (Uri Url, bool IsSimulated)? from = _options.FearGreedUrl switch
        {
            SentimentOptions.Off => null,
            SentimentOptions.Auto when exchange.IsSimulated => (exchange.BaseUrl, true),
            SentimentOptions.Auto => exchange.IsPublic ? (FearGreedRest.Publisher, false) : null,
            string url => (new Uri(url), false),
        };
        if (from is not var (address, isSimulated))
        {
            return null;
        }

        SeriesOrigin origin = Origin("Fear and Greed index", lake.FearGreed.Bronze, isSimulated);
        var rest = new FearGreedRest(Http(), address, isSimulated ? "paper.fear_greed" : address == FearGreedRest.Publisher ? "alternative.me" : address.Host);
        var poll = new SourcePoll<RawFearGreed>(ct => rest.GetAllAsync(_runId, ct), PollRhythm.Daily with { Every = _options.FearGreedPollEvery }, Environment.ProcessId, _time);
        return new PolledSource<RawFearGreed>(rest.Source, _runId, origin, [new PolledQuestion<RawFearGreed>(null, poll)], lake.FearGreed.Bronze, lake.FearGreed.DeadLetters, Say)
        {
            Memory = ct => FearGreedMemory.LoadAsync(lake.FearGreed.Bronze, ct),
        };
    }

    private PolledSource<RawPosition>? Positions(ExchangeConnection exchange, LakeTables lake, LeaderboardKeys? keys)
    {
        (Uri Url, bool IsSimulated)? from = _options.LeaderboardUrl switch
        {
            SentimentOptions.Off => null,
            SentimentOptions.Auto when exchange.IsSimulated => (exchange.BaseUrl, true),
            SentimentOptions.Auto => exchange.IsPublic && _options.LeaderboardAccounts.Count > 0 ? (LeaderboardRest.Gateway, false) : null,
            string url => (new Uri(url), false),
        };
        if (from is not var (address, isSimulated))
        {
            return null;
        }

        IReadOnlyList<LeaderboardAccount> accounts = _options.LeaderboardAccounts.Count > 0 || !isSimulated ? _options.LeaderboardAccounts : s_madeUp;
        if (accounts.Count == 0)
        {
            throw new UsageException("leaderboard.url names a leaderboard, but leaderboard.accounts is empty: list the accounts as [\"UID=label\"], or set leaderboard.url=off.");
        }

        LeaderboardKeys used = isSimulated
            ? new LeaderboardKeys("simulated-app", "simulated-client", "simulated-key") // the paper exchange takes any text; real keys are not sent to it
            : keys ?? throw new UsageException($"Top-trader positions need three keys in the variables {string.Join(", ", LeaderboardSecrets.Variables.Order())} (each as itself or as a file). Set them, or set leaderboard.url=off.");
        SeriesOrigin origin = Origin("leaderboard", lake.Positions.Bronze, isSimulated);
        var rest = new LeaderboardRest(Http(), address, used, isSimulated ? "paper.leaderboard" : address.Host);
        var rhythm = new PollRhythm(_options.LeaderboardPollEvery, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(15));
        PolledQuestion<RawPosition>[] questions =
        [
            .. accounts.DistinctBy(a => a.Uid).Select((a, i) => new PolledQuestion<RawPosition>(
                a.Uid, new SourcePoll<RawPosition>(ct => rest.GetPositionsAsync(a, _runId, ct), rhythm, Environment.ProcessId + i, _time))),
        ];
        return new PolledSource<RawPosition>(rest.Source, _runId, origin, questions, lake.Positions.Bronze, lake.Positions.DeadLetters, Say);
    }

    private JsonFetch Http()
    {
        var http = new JsonFetch(BinanceRest.NewHandler(), new JsonFetchOptions(), _time);
        _held.Add(http);
        return http;
    }

    /// <summary>A lake holds one origin: a made-up index must not stand beside the real one.</summary>
    private static SeriesOrigin Origin<TRow>(string what, AppendedTable<TRow> bronze, bool isSimulated)
    {
        SeriesOrigin origin = isSimulated ? SeriesOrigin.Simulated : SeriesOrigin.Spot;
        return bronze.Table.Snapshot.TransactionVersion(IngestPositions.SourceOrigin) is not { } known || known == (long)origin
            ? origin
            : throw new UsageException(
                $"This lake's {what} is {(known == (long)SeriesOrigin.Simulated ? "simulated" : "real")}, but this run would add {(isSimulated ? "simulated" : "real")} values: a lake holds one origin. Use another --lake, or switch that source off.");
    }

    private void Say(string line) => _log.WriteLine(line);
}
