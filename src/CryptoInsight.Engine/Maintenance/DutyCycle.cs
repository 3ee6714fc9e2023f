namespace CryptoInsight.Engine.Maintenance;

/// <summary>Makes work rest so long that it takes only its share of the time: those beside it get the machine back every few milliseconds, not at the end.</summary>
/// <param name="percent">The share, 1 to 100.</param>
public sealed class DutyCycle(TimeProvider clock, int percent)
{
    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(5); // a timer is not finer
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(2); // a slow disk must not make the rests endless

    private long _since = clock.GetTimestamp();

    /// <summary>Called between two bits of work.</summary>
    public async ValueTask RestAsync(CancellationToken ct)
    {
        TimeSpan worked = clock.GetElapsedTime(_since);
        if (worked >= s_shortest && percent < 100)
        {
            TimeSpan rest = worked * ((100.0 - percent) / percent);
            await Task.Delay(rest < s_longest ? rest : s_longest, clock, ct).ConfigureAwait(false);
            _since = clock.GetTimestamp();
        }
    }
}
