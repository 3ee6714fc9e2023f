using CryptoInsight.Domain.Market;
using CsCheck;

namespace CryptoInsight.Domain.Tests.Market;

public sealed class UnixMicrosSpecs
{
    [Theory]
    [InlineData(1_735_689_600_000, 1_735_689_600_000_000)] // 2025 in milliseconds
    [InlineData(1_735_689_600_000_000, 1_735_689_600_000_000)] // 2025 in microseconds
    [InlineData(99_999_999_999_999, 99_999_999_999_999_000)]
    [InlineData(100_000_000_000_000, 100_000_000_000_000)]
    [InlineData(0, 0)]
    [InlineData(-1, -1_000)]
    public void The_unit_of_a_venue_time_is_told_by_its_size(long venue, long micros) => Assert.Equal(micros, UnixMicros.FromVenue(venue).Value);

    [Fact]
    public void No_venue_number_throws_and_nonsense_is_implausible() =>
        Gen.Long.Sample(number =>
        {
            UnixMicros t = UnixMicros.FromVenue(number);
            Assert.NotEmpty(t.ToString());
            Assert.Equal(t.Value >= UnixMicros.Earliest.Value && t.Value < UnixMicros.Latest.Value, t.IsPlausible);
        });

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue / 1000)]
    public void Extremes_can_be_read_and_printed(long number)
    {
        Assert.False(UnixMicros.FromVenue(number).IsPlausible);
        Assert.NotEmpty(new UnixMicros(number).ToString());
        _ = new UnixMicros(number).Day;
        _ = new UnixMicros(number).Milliseconds;
    }

    [Fact]
    public void It_converts_to_the_frameworks_time_and_back() =>
        Gen.Long[-62_135_596_800_000_000, 253_402_300_799_999_999].Sample(micros =>
            Assert.Equal(micros, UnixMicros.From(new UnixMicros(micros).ToDateTimeOffset()).Value));

    [Fact]
    public void Days_and_milliseconds_round_down_before_1970_too()
    {
        Assert.Equal(-1, new UnixMicros(-1).Day);
        Assert.Equal(-1, new UnixMicros(-1).Milliseconds);
        Assert.Equal(-1, new UnixMicros(-UnixMicros.PerDay).Day);
        Assert.Equal(new DateOnly(1969, 12, 31), new UnixMicros(-1).Date);
        Assert.Equal(new UnixMicros(-1), UnixMicros.From(DateTimeOffset.UnixEpoch.AddTicks(-1)));
    }

    [Fact]
    public void It_prints_iso_8601_with_microseconds() =>
        Assert.Equal("2025-01-01T00:00:00.000001Z", new UnixMicros(1_735_689_600_000_001).ToString());
}
