namespace CryptoInsight.Sources.Binance.Streams;

/// <summary>Where the exchange's streams are, and how carefully they are kept.</summary>
/// <remarks><b>Source</b>: Binance web-socket-streams.md: 1,024 streams a connection, 300 attempts in 5 minutes from one IP, 24 h of life, serverShutdown.</remarks>
public sealed record KlineStreamOptions
{
    /// <summary>The base, such as <c>wss://data-stream.binance.vision</c>.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>The <c>source</c> column of the rows.</summary>
    public string Source { get; init; } = "binance.spot.ws";

    /// <summary>Streams of one connection; the exchange allows 1,024, but a shorter list fits into every proxy's request line.</summary>
    public int StreamsPerConnectionMax { get; init; } = 200;

    /// <summary>The longest path and query: front ends cut at 8 KB and less.</summary>
    public int AddressCharsMax { get; init; } = 4_000;

    /// <summary>Attempts to connect within five minutes; the exchange allows 300 to everybody behind one IP.</summary>
    public int AttemptsPerFiveMinutesMax { get; init; } = 150;

    /// <summary>A connection is replaced before the exchange ends it after 24 h: at this age at the latest, the last hour of it by chance.</summary>
    public TimeSpan LifeMax { get; init; } = TimeSpan.FromHours(23.5);

    /// <summary>How much earlier by chance, so that not all connections are replaced at once.</summary>
    public TimeSpan LifeJitterMax { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long the old connection is kept beside the new one at the most, while that has not said anything yet.</summary>
    public TimeSpan OverlapMax { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A connection that has said nothing for so long is taken for dead when one of its candles is missing.</summary>
    public TimeSpan SilenceMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A stream that withheld so many candles in a row has gone silent, even if others of its connection speak.</summary>
    public int SilentCandlesMax { get; init; } = 2;

    /// <summary>A connection is not replaced for silence twice within this time; it doubles up to an hour while that does not help.</summary>
    public TimeSpan ReplaceEvery { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The first wait after a failed connection; it doubles.</summary>
    public TimeSpan BackoffMin { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest wait after a failed connection.</summary>
    public TimeSpan BackoffMax { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a connection may take to be made.</summary>
    public TimeSpan DialTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest message that is read: a candle is some 400 bytes.</summary>
    public int MessageBytesMax { get; init; } = 64 * 1024;

    /// <summary>True to be told times in microseconds.</summary>
    public bool InMicroseconds { get; init; }

    /// <summary>How we call ourselves.</summary>
    public string UserAgent { get; init; } = "CryptoInsight";

    /// <summary>The seed of all jitter.</summary>
    public int Seed { get; init; }
}
