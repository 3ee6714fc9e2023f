using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Sources.Tests.Binance;

public class ServerClockSpecs
{
    [Fact]
    public void Before_a_measurement_the_local_clock_is_used_with_its_uncertainty()
    {
        ManualTime time = new();
        ServerClock clock = new(time, TimeSpan.FromSeconds(3));

        Assert.False(clock.IsMeasured);
        Assert.Equal(time.Micros, clock.Now);
        Assert.Equal(time.Micros + -3_000_000, clock.SurelyPassed);
    }

    [Fact]
    public void The_midpoint_of_the_round_trip_is_the_moment_of_the_answer()
    {
        ManualTime time = new();
        ServerClock clock = new(time);
        UnixMicros theirs = UnixMicros.FromMilliseconds(time.Micros.Milliseconds + 90_000);

        long sent = clock.Mark();
        time.Advance(TimeSpan.FromMilliseconds(40)); // there
        UnixMicros answered = theirs + 40_000;
        time.Advance(TimeSpan.FromMilliseconds(40)); // and back
        clock.Observe(sent, answered);

        Assert.Equal(90_000_000 + 500, clock.OffsetMicros);
        Assert.Equal(41_000, clock.ErrorMicros);
        Assert.True(clock.SurelyPassed <= theirs + 80_000);
    }

    [Fact]
    public void The_uncertainty_grows_with_time_and_a_better_measurement_replaces_it()
    {
        ManualTime time = new();
        ServerClock clock = new(time);
        clock.Observe(clock.Mark(), UnixMicros.FromMilliseconds(time.Micros.Milliseconds));

        time.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal(1_000 + 60_000, clock.ErrorMicros);
        clock.Observe(clock.Mark(), UnixMicros.FromMilliseconds(time.Micros.Milliseconds));
        Assert.Equal(1_000, clock.ErrorMicros);
    }

    [Fact]
    public void A_worse_measurement_is_ignored_unless_it_contradicts()
    {
        ManualTime time = new();
        ServerClock clock = new(time);
        clock.Observe(clock.Mark(), UnixMicros.FromMilliseconds(time.Micros.Milliseconds));
        long sent = clock.Mark();
        time.Advance(TimeSpan.FromSeconds(2));

        clock.Observe(sent, UnixMicros.FromMilliseconds(time.Micros.Milliseconds - 300));
        Assert.Equal(500, clock.OffsetMicros);

        clock.Observe(sent, UnixMicros.FromMilliseconds(time.Micros.Milliseconds + 60_000));
        Assert.InRange(clock.OffsetMicros, 60_000_000, 62_000_000);
    }
}
