using System.Collections.Concurrent;

namespace CryptoInsight.Simulation.Tests;

/// <summary>Seeds one after another on every core, until one is broken or enough is done. Each seed is one thread's work from begin to end.</summary>
internal static class SeedCampaign
{
    /// <summary>The reports in the order of their seeds; the last ones may be missing after a broken one.</summary>
    /// <param name="isEnough">Asked before each seed, with the number of seeds begun.</param>
    public static IReadOnlyList<TReport> Run<TReport>(int firstSeed, Func<int, bool> isEnough, Func<int, TReport> run, Func<TReport, bool> isBroken)
    {
        var reports = new ConcurrentBag<(int Seed, TReport Report)>();
        int begun = 0;
        bool isOver = false;
        Exception? failure = null;
        void Work()
        {
            while (!Volatile.Read(ref isOver))
            {
                int n = Interlocked.Increment(ref begun) - 1;
                if (isEnough(n))
                {
                    return;
                }

                try
                {
                    TReport report = run(firstSeed + n);
                    reports.Add((firstSeed + n, report));
                    if (isBroken(report))
                    {
                        Volatile.Write(ref isOver, true);
                    }
                }
                catch (Exception e)
                {
                    failure = e;
                    Volatile.Write(ref isOver, true);
                }
            }
        }

        Thread[] workers = [.. Enumerable.Range(0, Math.Clamp(Environment.ProcessorCount, 1, 8)).Select(_ => new Thread(Work))];
        Array.ForEach(workers, w => w.Start());
        Array.ForEach(workers, w => w.Join());
        return failure is null ? [.. reports.OrderBy(r => r.Seed).Select(r => r.Report)] : throw new InvalidOperationException($"A run broke down: {failure.Message}", failure);
    }
}
