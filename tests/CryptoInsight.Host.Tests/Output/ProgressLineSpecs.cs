using CryptoInsight.Host.Output;

namespace CryptoInsight.Host.Tests.Output;

public sealed class ProgressLineSpecs
{
    [Fact]
    public async Task On_a_terminal_the_line_rewrites_itself_and_is_gone_at_the_end()
    {
        using var error = new StringWriter();
        var clock = new TickedClock();
        long done = 0;
        await using (var line = new ProgressLine(error, () => ProgressLine.Bar(done, 200), clock, isTerminal: true))
        {
            clock.Tick();
            done = 50;
            clock.Tick();
        }

        clock.Tick();
        Assert.Equal(
            "\r\u001b[2K[....................] 0 % | 1 s\r\u001b[2K[#####...............] 25 % | 2 s\r\u001b[2K", error.ToString());
    }

    [Fact]
    public async Task In_a_pipe_there_is_no_line()
    {
        using var error = new StringWriter();
        var clock = new TickedClock();
        await using (new ProgressLine(error, () => "never asked for", clock, isTerminal: false))
        {
            clock.Tick();
        }

        Assert.Equal("", error.ToString());
    }

    [Theory]
    [InlineData(0, 0, "[####################] 100 %")]
    [InlineData(999, 1_000, "[###################.] 99 %")]
    [InlineData(7, 3, "[####################] 100 %")]
    [InlineData(-1, 10, "[....................] 0 %")]
    public void A_bar_is_full_only_when_all_is_done(long done, long whole, string bar) => Assert.Equal(bar, ProgressLine.Bar(done, whole));

    /// <summary>A second passes with every tick, and the timer goes off.</summary>
    private sealed class TickedClock : TimeProvider
    {
        private TimerCallback _callback = _ => { };
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Tick()
        {
            _ticks += TimeSpan.TicksPerSecond;
            _callback(null);
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _callback = callback;
            return new Stoppable(this);
        }

        private sealed class Stoppable(TickedClock clock) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose() => clock._callback = _ => { };

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
