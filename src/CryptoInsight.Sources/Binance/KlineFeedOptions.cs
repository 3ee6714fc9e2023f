namespace CryptoInsight.Sources.Binance;

/// <summary>How a kline feed pages, waits and gives up.</summary>
public sealed record KlineFeedOptions
{
    /// <summary>Rows of one page; the weight is the same for all sizes.</summary>
    public int PageRows { get; init; } = KlineRequest.LimitMax;

    /// <summary>How many candles before the wanted one a poll reads again: they may have been revised.</summary>
    public int RereadCandles { get; init; } = 2;

    /// <summary>How long after its close a candle is asked for, by the exchange's clock.</summary>
    public TimeSpan CloseDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>From when on a candle that is not there counts as absent instead of late.</summary>
    public TimeSpan AbsentAfter { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The first wait after a failure; it doubles.</summary>
    public TimeSpan BackoffMin { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest wait after a failure.</summary>
    public TimeSpan BackoffMax { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The longest jitter on top of a pause or ban.</summary>
    public TimeSpan PauseJitterMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often the exchange's clock is measured again.</summary>
    public TimeSpan ClockEvery { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>A candle that is missing for so long after its close is a gap, and told as one.</summary>
    public TimeSpan GapAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long after its close a connected stream may take to tell a candle before REST is asked for it.</summary>
    public TimeSpan StreamPatience { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Candles that a stream told are read again over REST within this time: their values may have been provisional.</summary>
    public TimeSpan VerifyWithin { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>A candle that a stream told counts as confirmed by an answer that comes so long after it: younger ones may still be revised.</summary>
    public TimeSpan ConfirmAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Candles of streams that wait for the reader; what comes on top is dropped and asked for over REST.</summary>
    public int StreamBufferCandles { get; init; } = 10_000;

    /// <summary>Requests of a poll that are under way at the same time.</summary>
    public int PollParallelism { get; init; } = 8;

    /// <summary>Events of a poll that wait for the reader; then requests wait too.</summary>
    public int PollBufferEvents { get; init; } = 16;

    /// <summary>The seed of all jitter.</summary>
    public int Seed { get; init; }
}
