namespace CryptoInsight.Benchmarks.Measuring;

/// <summary>Runs ours and the opponent in turn, so that a machine that slows down slows both.</summary>
internal static class Race
{
    private static readonly TimeProvider s_clock = TimeProvider.System;

    /// <summary>A, B, A, B …; the first rounds warm up and do not count.</summary>
    public static async Task<(Samples Ours, Samples Theirs)> RunAsync(int warmUp, int rounds, Func<int, Task> ours, Func<int, Task> theirs)
    {
        var (a, b) = (new Samples(), new Samples());
        for (int i = 0; i < warmUp + rounds; i++)
        {
            TimeSpan first = await TimeAsync(ours, i).ConfigureAwait(false);
            TimeSpan second = await TimeAsync(theirs, i).ConfigureAwait(false);
            if (i >= warmUp)
            {
                a.Add(first);
                b.Add(second);
            }
        }

        return (a, b);
    }

    /// <summary>One side alone.</summary>
    public static async Task<Samples> AloneAsync(int warmUp, int rounds, Func<int, Task> ours)
    {
        var samples = new Samples();
        for (int i = 0; i < warmUp + rounds; i++)
        {
            TimeSpan elapsed = await TimeAsync(ours, i).ConfigureAwait(false);
            if (i >= warmUp)
            {
                samples.Add(elapsed);
            }
        }

        return samples;
    }

    public static async Task<TimeSpan> TimeAsync(Func<int, Task> work, int round = 0)
    {
        long start = s_clock.GetTimestamp();
        await work(round).ConfigureAwait(false);
        return s_clock.GetElapsedTime(start);
    }
}
