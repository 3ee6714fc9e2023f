namespace CryptoInsight.Simulation.Tests.Stage;

/// <summary>A process's clock: the stage's time, and timers that are parked on the stage and die with the process.</summary>
internal sealed class ProcessClock(SimulatedProcess owner, Scheduler stage) : TimeProvider
{
    public override long TimestampFrequency => stage.Clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => stage.Clock.GetUtcNow();

    public override long GetTimestamp() => stage.Clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ParkedTimer(callback, state);
        if (dueTime != Timeout.InfiniteTimeSpan)
        {
            stage.Park(owner, ParkedKind.Pause, "timer", timer.Fire);
        }

        return timer;
    }

    private sealed class ParkedTimer(TimerCallback callback, object? state) : ITimer
    {
        private bool _isOff;

        public void Fire()
        {
            if (!_isOff)
            {
                _isOff = true;
                callback(state);
            }
        }

        // Nobody changes a timer here; a wait that is over turns it off.
        public bool Change(TimeSpan dueTime, TimeSpan period) => !_isOff;

        public void Dispose() => _isOff = true;

        public ValueTask DisposeAsync()
        {
            _isOff = true;
            return ValueTask.CompletedTask;
        }
    }
}
