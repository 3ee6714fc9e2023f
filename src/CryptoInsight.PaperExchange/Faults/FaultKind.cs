namespace CryptoInsight.PaperExchange.Faults;

/// <summary>What can go wrong at an exchange.</summary>
public enum FaultKind
{
    /// <summary>REST answers 429 with a Retry-After of <see cref="Fault.Delay"/> (default 10 s), whatever the client used.</summary>
    TooManyRequests,

    /// <summary>REST bans the address (418) for the length that its turn has; the ban outlasts the fault.</summary>
    Ban,

    /// <summary>REST answers <see cref="Fault.Status"/> (default 503) with one of the exchange's internal errors.</summary>
    ServerError,

    /// <summary>REST answers 403 from the firewall, in HTML.</summary>
    Firewall,

    /// <summary>REST answers 451: a restricted location.</summary>
    RestrictedLocation,

    /// <summary>The body trickles for <see cref="Fault.Delay"/> (default 60 s).</summary>
    SlowBody,

    /// <summary>The connection breaks in the middle of the body.</summary>
    HalfBody,

    /// <summary>Status 200 with a page in HTML, as captive portals and proxies send.</summary>
    WrongContentType,

    /// <summary>Every seventh candle comes twice.</summary>
    DuplicateCandles,

    /// <summary>The database lags: candles that closed less than <see cref="Fault.Delay"/> ago (default 90 s) are not there yet, and neither is the open one.</summary>
    LateCandles,

    /// <summary>Neighbouring candles change places.</summary>
    OutOfOrder,

    /// <summary>The last closed candles have provisional values; the right ones come when the fault is over.</summary>
    RevisedCandles,

    /// <summary>Candles that open within the fault are absent, until <see cref="Fault.Delay"/> after its end (default for ever).</summary>
    MissingCandles,

    /// <summary>The exchange tells a time that is off by <see cref="Fault.Delay"/> (default 5 s, may be negative).</summary>
    ClockSkew,

    /// <summary>Fields, events and symbol states that no documentation knows appear.</summary>
    DriftFields,

    /// <summary>Stream connections break, and new ones are refused.</summary>
    StreamDrop,

    /// <summary>Streams stay open and say nothing.</summary>
    StreamSilence,

    /// <summary>Streams tell that a candle has closed twice.</summary>
    StreamDuplicates,

    /// <summary>Streams never tell that a candle has closed.</summary>
    StreamNoClose,

    /// <summary>Connections that stand when it begins are told that they will end (serverShutdown), and end <see cref="Fault.Delay"/> later (default 10 s).</summary>
    StreamShutdown,
}
