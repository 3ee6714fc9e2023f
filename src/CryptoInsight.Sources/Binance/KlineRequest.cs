namespace CryptoInsight.Sources.Binance;

/// <summary>One page of klines to ask for.</summary>
/// <param name="Symbol">Whose.</param>
/// <param name="Interval">How long.</param>
/// <param name="From">The first open time, or null for the newest rows.</param>
/// <param name="To">The open time before which to stop, or null.</param>
/// <param name="RunId">The run that its rows are stamped with.</param>
public sealed record KlineRequest(Symbol Symbol, Interval Interval, UnixMicros? From, UnixMicros? To, string RunId)
{
    /// <summary>The most rows that the exchange gives at once.</summary>
    public const int LimitMax = 1_000;

    /// <summary>How many rows to ask for: 1 to <see cref="LimitMax"/>.</summary>
    public int Limit { get; init; } = LimitMax;
}
