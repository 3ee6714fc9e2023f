using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Operations;
using static CryptoInsight.Domain.Tests.Candles;

namespace CryptoInsight.Domain.Tests.Operations;

public sealed class FreshnessSpecs
{
    private static UnixMicros After(double minutes) => Monday + TimeSpan.FromMinutes(minutes);

    [Theory]
    [InlineData("1m", 1, 0)] // closed just now
    [InlineData("1m", 2, 0)] // the next one closes now
    [InlineData("1m", 2.5, 0.5)]
    [InlineData("4h", 241, 0)]
    [InlineData("4h", 485, 5)]
    public void A_series_is_late_by_what_its_first_missing_row_is_overdue(string interval, double now, double lag) =>
        Assert.Equal(TimeSpan.FromMinutes(lag), Freshness.Lag(Of(interval), Monday, After(now)));

    [Fact]
    public void A_month_is_due_when_the_month_after_it_ended() =>
        Assert.Equal(TimeSpan.FromHours(1), Freshness.Lag(Of("1M"), Monday, UnixMicros.From(new DateTimeOffset(2024, 3, 1, 1, 0, 0, TimeSpan.Zero))));

    [Fact]
    public void A_series_without_rows_is_late_since_its_first_row_was_due()
    {
        Assert.Equal(TimeSpan.Zero, Freshness.LagWithoutRows(Of("5m"), Monday, After(5)));
        Assert.Equal(TimeSpan.FromMinutes(2), Freshness.LagWithoutRows(Of("5m"), Monday, After(7)));
    }

    [Fact]
    public void A_table_is_as_late_as_its_worst_series()
    {
        SeriesLag a = new(Btc, Of("1m"), TimeSpan.FromMinutes(1)), b = new(Btc, Of("4h"), TimeSpan.FromMinutes(3));
        Assert.Equal(b, Freshness.Worst([a, b]));
        Assert.Equal(b, Freshness.Worst([b, a]));
        Assert.Null(Freshness.Worst([]));
    }
}
