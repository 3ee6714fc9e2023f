namespace CryptoInsight.EndToEnd.Tests;

/// <summary>Bounded waits that say what they waited for.</summary>
internal static class Waiting
{
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>Looks again and again until there is an answer.</summary>
    /// <param name="look">The answer, or null with what was seen instead.</param>
    public static async Task<T> UntilAsync<T>(string phase, string expected, TimeSpan atMost, Func<Task<(T? Answer, string Seen)>> look)
        where T : class
    {
        using var timer = new PeriodicTimer(s_lookEvery);
        long startedAt = TimeProvider.System.GetTimestamp();
        while (true)
        {
            (T? answer, string seen) = await look();
            if (answer is not null)
            {
                return answer;
            }

            if (TimeProvider.System.GetElapsedTime(startedAt) > atMost)
            {
                throw new TimeoutException($"{phase}: expected {expected} within {atMost.TotalSeconds:N0} s; seen: {seen}");
            }

            await timer.WaitForNextTickAsync();
        }
    }

    /// <summary>Lets so much time go by: for moments, such as that of a kill, that no event marks.</summary>
    public static async Task PassAsync(TimeSpan time)
    {
        using var timer = new PeriodicTimer(time);
        await timer.WaitForNextTickAsync();
    }
}
