#pragma warning disable IDE0005 // compiled in two projects: in one of them the namespace is global
using CryptoInsight.Domain.Market;
#pragma warning restore IDE0005
using System.Diagnostics;
using System.Globalization;

namespace CryptoInsight.Sources.Tests;

/// <summary>A clock that stands still until a test moves it; timers go off in order while it moves.</summary>
public sealed class ManualTime : TimeProvider
{
    // How long the pool's count of busy threads must stand still, with nothing waiting, before it counts as idle all the same: longer than a loaded machine keeps a thread waiting.
    private static readonly TimeSpan StandstillTime = TimeSpan.FromMilliseconds(400);

    // How often in a row the pool must be found idle: a thread that is about to take work does not count as busy yet.
    private const int IdleChecks = 4;

    private static int s_busyLeast;

    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private long _ticks;
    private long _changes;
    private int _holds;

    public ManualTime(string start = "2025-06-01T12:00:00Z") =>
        _ticks = DateTimeOffset.Parse(start, CultureInfo.InvariantCulture).UtcTicks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public UnixMicros Micros => UnixMicros.From(GetUtcNow());

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ManualTimer timer = new(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Something else than a timer has happened: whoever moves the clock waits for its consequences.</summary>
    public void Touch() => Interlocked.Increment(ref _changes);

    /// <summary>Waits until so much of this clock's time has passed.</summary>
    public async Task PassAsync(TimeSpan by)
    {
        TaskCompletionSource passed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using ITimer timer = CreateTimer(_ => passed.TrySetResult(), null, by, Timeout.InfiniteTimeSpan);
        await passed.Task;
    }

    /// <summary>Work that takes real time but none of this clock's: while it lasts nobody moves the clock.</summary>
    public async Task<T> HoldAsync<T>(Func<Task<T>> work)
    {
        Interlocked.Increment(ref _holds);
        try
        {
            return await work();
        }
        finally
        {
            Touch();
            Interlocked.Decrement(ref _holds);
        }
    }

    public void Advance(TimeSpan by)
    {
        long target = GetTimestamp() + by.Ticks;
        while (Next(target) is { } timer)
        {
            timer.Fire();
        }

        Interlocked.Exchange(ref _ticks, target);
    }

    /// <summary>Moves the clock to the next timer that is due by then and lets it go off; false if there is none.</summary>
    public bool Step(UnixMicros until)
    {
        if (Next((until.Value - Micros.Value) * TimeSpan.TicksPerMicrosecond + GetTimestamp()) is not { } timer)
        {
            return false;
        }

        timer.Fire();
        return true;
    }

    /// <summary>Moves the clock from timer to timer, never further than <paramref name="stepMax"/> at once, until the task is over.</summary>
    /// <remarks>Between two steps the pool gets its turn, so that what a timer started has run before the next one goes off.</remarks>
    public async Task<T> RunUntilAsync<T>(Task<T> task, TimeSpan? stepMax = null)
    {
        long reach = (stepMax ?? TimeSpan.FromMinutes(30)).Ticks;
        long seen = Interlocked.Read(ref _changes);
        int busyBefore = -1;
        Stopwatch quiet = Stopwatch.StartNew();
        Stopwatch standstill = Stopwatch.StartNew();
        int idle = 0;
        while (!task.IsCompleted)
        {
            await Task.Yield();
            long changes = Interlocked.Read(ref _changes);
            bool isHeld = changes != seen || Volatile.Read(ref _holds) > 0;
            int busy = BusyThreads();
            if (isHeld || busy != busyBefore)
            {
                standstill.Restart();
            }

            busyBefore = busy;
            seen = changes;
            idle = !isHeld && busy >= 0 && busy <= s_busyLeast ? idle + 1 : 0;
            if (isHeld)
            {
                quiet.Restart();
            }
            else if (standstill.Elapsed > StandstillTime && busy >= 0)
            {
                s_busyLeast = busy; // somebody who is not of this test keeps threads of the pool
                standstill.Restart();
            }
            else if (idle >= IdleChecks && Next(GetTimestamp() + reach) is { } timer)
            {
                idle = 0;
                quiet.Restart();
                standstill.Restart();
                timer.Fire();
            }
            else if (quiet.Elapsed > TimeSpan.FromSeconds(120))
            {
                throw new Xunit.Sdk.XunitException($"at {GetUtcNow():O} nothing happens any more and no timer is near");
            }
        }

        return await task;
    }

    // Whatever a timer started runs on the pool; once nobody works there but who always does (the runner keeps a thread), it has come to its next wait. -1: work is waiting.
    private static int BusyThreads()
    {
        ThreadPool.GetMaxThreads(out int max, out _);
        ThreadPool.GetAvailableThreads(out int available, out _);
        int busy = max - available - (Thread.CurrentThread.IsThreadPoolThread ? 1 : 0);
        if (ThreadPool.PendingWorkItemCount > 0)
        {
            return -1;
        }

        s_busyLeast = Math.Min(s_busyLeast, busy);
        return busy;
    }

    private ManualTimer? Next(long target)
    {
        lock (_gate)
        {
            ManualTimer? next = _timers.Where(t => t.Due <= target).MinBy(t => t.Due);
            if (next is not null)
            {
                _timers.Remove(next);
                Interlocked.Exchange(ref _ticks, Math.Max(_ticks, next.Due));
                _changes++;
            }

            return next;
        }
    }

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        public long Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                time._changes++;
                time._timers.Remove(this);
                _period = period;
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Due = time.GetTimestamp() + dueTime.Ticks;
                    time._timers.Add(this);
                }
            }

            return true;
        }

        public void Fire()
        {
            if (_period != Timeout.InfiniteTimeSpan && _period > TimeSpan.Zero)
            {
                Change(_period, _period);
            }

            callback(state);
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
