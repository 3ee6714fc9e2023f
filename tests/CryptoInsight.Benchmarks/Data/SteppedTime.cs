namespace CryptoInsight.Benchmarks.Data;

/// <summary>The system's clock, some time ahead: an exchange under it has closed candles without anybody waiting for them.</summary>
internal sealed class SteppedTime : TimeProvider
{
    private long _aheadTicks;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Volatile.Read(ref _aheadTicks));

    public void Step(TimeSpan by) => Interlocked.Add(ref _aheadTicks, by.Ticks);
}
