using System.Net;
using CryptoInsight.PaperExchange.Faults;
using CryptoInsight.PaperExchange.Recordings;

namespace CryptoInsight.PaperExchange;

/// <summary>What kind of exchange to run; every default makes a usable one.</summary>
public sealed record PaperExchangeOptions
{
    /// <summary>Where to listen; loopback by default, since anybody who reaches it may use it.</summary>
    public IPAddress BindAddress { get; init; } = IPAddress.Loopback;

    /// <summary>The port; 0 takes a free one (see <see cref="PaperExchangeServer.BaseAddress"/>).</summary>
    public int Port { get; init; }

    /// <summary>The seed of the synthetic market, its outages, the index and the positions.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>The synthetic symbols; null means a dozen well-known ones, or none if there are recordings.</summary>
    public IReadOnlyList<string>? Symbols { get; init; }

    /// <summary>The clock outside.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Seconds of the exchange per second outside.</summary>
    public double Speed { get; init; } = 1;

    /// <summary>The exchange's time at the start; null means the clock's (or the recordings', see <see cref="RecordingTime"/>).</summary>
    public DateTimeOffset? StartAt { get; init; }

    /// <summary>False for a synthetic market that was never down.</summary>
    public bool Outages { get; init; } = true;

    /// <summary>Request weight per client and exchange minute.</summary>
    public int WeightPerMinuteMax { get; init; } = 6_000;

    /// <summary>Requests per client and five exchange minutes.</summary>
    public int RequestsPerFiveMinutesMax { get; init; } = 300_000;

    /// <summary>How many refused requests (429) a client may send on within the minute before it is banned (418).</summary>
    public int RefusalsBeforeBan { get; init; } = 10;

    /// <summary>Real candles to serve instead of, or beside, the synthetic ones.</summary>
    public IReadOnlyList<KlineRecording> Recordings { get; init; } = [];

    /// <summary>When recordings play.</summary>
    public RecordingTime RecordingTime { get; init; } = RecordingTime.FromNow;

    /// <summary>How much of the recordings has been played when the exchange starts: the history that clients find.</summary>
    public TimeSpan RecordingPlayed { get; init; }

    /// <summary>What goes wrong, and when.</summary>
    public FaultScript Faults { get; init; } = FaultScript.None;

    /// <summary>Throws <see cref="ArgumentException"/> that names everything that cannot be.</summary>
    internal void Validate()
    {
        List<string> wrong = [];
        if (Port is < 0 or > 65535)
        {
            wrong.Add($"{nameof(Port)} is {Port}; use 0 (any free port) to 65535");
        }

        if (!(Speed > 0 && Speed <= 1_000_000))
        {
            wrong.Add($"{nameof(Speed)} is {Speed}; use more than 0, at most 1,000,000");
        }

        if (WeightPerMinuteMax < 1 || RequestsPerFiveMinutesMax < 1 || RefusalsBeforeBan < 0)
        {
            wrong.Add($"{nameof(WeightPerMinuteMax)} and {nameof(RequestsPerFiveMinutesMax)} must be at least 1, {nameof(RefusalsBeforeBan)} at least 0");
        }

        if (RecordingPlayed < TimeSpan.Zero)
        {
            wrong.Add($"{nameof(RecordingPlayed)} is negative");
        }

        Faults.Validate();
        if (wrong.Count > 0)
        {
            throw new ArgumentException($"The paper exchange cannot start: {string.Join("; ", wrong)}.");
        }
    }
}
