using CryptoInsight.Domain.Market;

namespace CryptoInsight.PaperExchange;

/// <summary>The exchange's time: starts at a chosen instant and runs a chosen number of times as fast as the clock under it.</summary>
internal sealed class ExchangeClock
{
    private readonly DateTimeOffset _startedAt;
    private readonly DateTimeOffset _startsWith;

    public ExchangeClock(TimeProvider time, DateTimeOffset? startsWith, double speed)
    {
        Time = time;
        Speed = speed;
        _startedAt = time.GetUtcNow();
        _startsWith = startsWith ?? _startedAt;
    }

    /// <summary>The clock underneath: what timers and waiting clients live by.</summary>
    public TimeProvider Time { get; }

    /// <summary>Seconds of the exchange per second outside.</summary>
    public double Speed { get; }

    /// <summary>The exchange's time when it was started.</summary>
    public UnixMicros Start => UnixMicros.From(_startsWith);

    /// <summary>The exchange's time.</summary>
    public UnixMicros Now => UnixMicros.From(_startsWith + (Time.GetUtcNow() - _startedAt) * Speed);

    /// <summary>How long something takes outside that takes <paramref name="exchangeMicros"/> on the exchange.</summary>
    public TimeSpan Outside(long exchangeMicros) => TimeSpan.FromMicroseconds(exchangeMicros / Speed);
}
