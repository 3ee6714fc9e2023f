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

    /// <summary>Fields and stream events that no documentation knows appear.</summary>
    DriftFields,

    /// <summary>Symbols are in a state that no documentation knows, as <c>CANCEL_ONLY</c> was in 2026.</summary>
    DriftStates,

    /// <summary>exchangeInfo is in the form of 2023: permissions are listed, permissionSets and newer fields are gone.</summary>
    DriftForm,

    /// <summary>What nobody reads is gone: the last element of a kline, the trade ids of a stream's candle, as order ids went from trades in 2024.</summary>
    DriftRemovals,

    /// <summary>Times come in microseconds although nobody asked for them, as in the archives of 2025.</summary>
    DriftMicroseconds,

    /// <summary>The request weight limit is halved, announced and held.</summary>
    DriftLimits,

    /// <summary>Requests weigh twice what the documentation says, as trades did in 2024.</summary>
    DriftWeights,

    /// <summary>REST answers 400 with a code and a text that are new.</summary>
    DriftErrors,

    /// <summary>Endpoints are gone (404 in HTML), as all of v1 in 2026.</summary>
    DriftRetirement,

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
