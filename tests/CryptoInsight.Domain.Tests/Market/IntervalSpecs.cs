using CryptoInsight.Domain.Market;
using CsCheck;

namespace CryptoInsight.Domain.Tests.Market;

public sealed class IntervalSpecs
{
    private static readonly Gen<UnixMicros> s_instant = Gen.Long[-2_000_000_000_000_000, 4_000_000_000_000_000].Select(v => new UnixMicros(v));

    private static readonly Gen<Interval> s_interval = Gen.Int[0, Interval.All.Count - 1].Select(i => Interval.All[i]);

    private static UnixMicros Utc(int year, int month, int day, int hour = 0) => UnixMicros.From(new DateTimeOffset(year, month, day, hour, 0, 0, TimeSpan.Zero));

    [Fact]
    public void There_are_the_exchanges_sixteen_in_ascending_order()
    {
        Assert.Equal("1s 1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 3d 1w 1M", string.Join(" ", Interval.All));
        Assert.Equal(Interval.All, Interval.All.Order());
        Assert.All(Interval.All, i => Assert.Same(i, Interval.Parse(i.Code)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1H")]
    [InlineData("1D")]
    [InlineData("1W")]
    [InlineData("60m")]
    [InlineData(" 1m")]
    public void Anything_else_is_not_an_interval(string? code)
    {
        Assert.False(Interval.TryParse(code, out _));
        Assert.Throws<FormatException>(() => Interval.Parse(code));
    }

    [Fact]
    public void A_minute_is_not_a_month()
    {
        Assert.Equal(TimeSpan.FromMinutes(1), Interval.Parse("1m").FixedLength);
        Assert.Null(Interval.Parse("1M").FixedLength);
    }

    [Fact]
    public void Every_instant_lies_in_exactly_one_bucket() =>
        Gen.Select(s_interval, s_instant).Sample((interval, t) =>
        {
            UnixMicros start = interval.Floor(t), end = interval.Next(t);
            Assert.True(start <= t && t < end);
            Assert.True(interval.IsAligned(start) && interval.IsAligned(end));
            Assert.Equal(start, interval.Floor(end + -1L));
            Assert.Equal(end, interval.Next(start));
            Assert.Equal(t == start, interval.IsAligned(t));
        });

    [Fact]
    public void Weeks_start_on_monday_and_months_on_the_first_at_midnight() =>
        s_instant.Sample(t =>
        {
            DateTimeOffset week = Interval.Parse("1w").Floor(t).ToDateTimeOffset(), month = Interval.Parse("1M").Floor(t).ToDateTimeOffset();
            Assert.Equal((DayOfWeek.Monday, TimeSpan.Zero), (week.DayOfWeek, week.TimeOfDay));
            Assert.Equal((1, TimeSpan.Zero), (month.Day, month.TimeOfDay));
            Assert.Equal((t.ToDateTimeOffset().Year, t.ToDateTimeOffset().Month), (month.Year, month.Month));
        });

    [Fact]
    public void Months_and_weeks_turn_over_where_the_calendar_does()
    {
        Interval month = Interval.Parse("1M"), week = Interval.Parse("1w");
        Assert.Equal(Utc(2024, 3, 1), month.Next(Utc(2024, 2, 29, 23)));
        Assert.Equal(Utc(2025, 1, 1), month.Next(Utc(2024, 12, 1)));
        Assert.Equal(Utc(2024, 12, 30), week.Floor(Utc(2025, 1, 5, 23)));
        Assert.Equal(Utc(2025, 1, 6), week.Next(Utc(2024, 12, 30)));
        Assert.Equal(Utc(1969, 12, 1), month.Floor(new UnixMicros(-1)));
    }

    [Fact]
    public void A_window_is_a_multiple_exactly_if_its_buckets_are_whole_buckets_of_the_source() =>
        Gen.Select(s_interval, s_interval, Gen.Long[0, 4_000_000_000].Select(UnixMicros.FromSeconds)).Sample((window, source, t) =>
        {
            if (!window.IsMultipleOf(source))
            {
                return;
            }

            UnixMicros start = window.Floor(t);
            int count = 0;
            if (source.FixedLength is { } length && (window.Next(start) - start) / 1_000_000.0 / length.TotalSeconds > 10_000)
            {
                return; // too many to walk
            }

            for (UnixMicros at = start; at < window.Next(start); at = source.Next(at))
            {
                Assert.True(source.IsAligned(at));
                count++;
            }

            Assert.Equal(count, window.CandlesIn(start, source));
        });

    [Theory]
    [InlineData("1M", "1d", true)]
    [InlineData("1M", "3d", false)]
    [InlineData("1M", "1w", false)]
    [InlineData("1w", "3d", false)]
    [InlineData("1w", "12h", true)]
    [InlineData("8h", "6h", false)]
    [InlineData("5m", "3m", false)]
    [InlineData("1m", "5m", false)]
    [InlineData("1M", "1M", true)]
    [InlineData("3d", "1M", false)]
    public void Some_windows_are_multiples_and_some_are_not(string window, string source, bool expected) =>
        Assert.Equal(expected, Interval.Parse(window).IsMultipleOf(Interval.Parse(source)));

    [Fact]
    public void A_leap_february_holds_29_days() => Assert.Equal(29, Interval.Parse("1M").CandlesIn(Utc(2024, 2, 1), Interval.Parse("1d")));
}
