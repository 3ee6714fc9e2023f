using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using static CryptoInsight.Domain.Tests.Candles;

namespace CryptoInsight.Domain.Tests.Signals;

public sealed class SignalSettingsSpecs
{
    private static readonly TimeSpan s_delay = TimeSpan.FromMinutes(10);

    private static string Text(SignalSettings settings) => string.Join(" ", settings.Timeframes.Select(t => $"{t.Source}>{t.Window}"));

    private static SignalSettings Resolve(string intervals, string windows) =>
        SignalSettings.Resolve(intervals.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Interval.Parse), SignalSettingsText.ParseWindows(windows), s_delay);

    [Fact]
    public void By_default_minutes_make_5m_and_every_other_interval_its_own()
    {
        Assert.Equal("1s>1s 3m>3m 1m>5m 15m>15m 30m>30m 1h>1h 2h>2h 4h>4h 6h>6h 8h>8h 12h>12h 1d>1d 3d>3d 1w>1w 1M>1M", Text(SignalSettings.Default()));
        Assert.Equal(s_delay, SignalSettings.Default().WatermarkDelay);
        Assert.Equal(TimeSpan.FromMinutes(15), SignalSettings.Default(TimeSpan.FromMinutes(15)).WatermarkDelay);
        Assert.Equal(["5m from 1m"], SignalSettings.Default().TimeframesOf(Of("1m")).Select(t => t.ToString()));
        Assert.Empty(SignalSettings.Default().TimeframesOf(Of("5m")));
    }

    [Theory]
    [InlineData("1m 4h", "", "1m>5m 4h>4h")]
    [InlineData("5m", "", "5m>5m")] // no minutes, so five minutes make their own
    [InlineData("1m 4h", "1m=[5m,15m,1h]", "1m>5m 1m>15m 1m>1h 4h>4h")]
    [InlineData("1m 15m 4h", "1m=[5m,15m]", "1m>5m 1m>15m 4h>4h")] // what is configured beats a default
    [InlineData("1m 4h", "4h=[]", "1m>5m")]
    [InlineData("", "1h = [4h, 1h]; 1d=1w", "1h>1h 1h>4h 1d>1w")]
    public void Configured_windows_replace_the_defaults(string intervals, string windows, string expected) =>
        Assert.Equal(expected, Text(Resolve(intervals, windows)));

    [Fact]
    public void Two_sources_of_one_timeframe_are_refused_and_every_fault_is_listed()
    {
        ArgumentException e = Assert.Throws<ArgumentException>(() => Resolve("", "1m=[15m,15m,1h]; 5m=[15m,1m]; 3m=[5m]"));
        Assert.Contains("Timeframe 15m has more than one source interval (1m, 5m)", e.Message, StringComparison.Ordinal);
        Assert.Contains("Timeframe 1m is not made of whole candles of 5m", e.Message, StringComparison.Ordinal);
        Assert.Contains("Timeframe 5m is not made of whole candles of 3m", e.Message, StringComparison.Ordinal);
        Assert.Contains("Timeframe 15m is listed 2 times", Assert.Throws<ArgumentException>(() => Resolve("", "1m=[15m,15m]")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("00:00:00", true)]
    [InlineData("7.00:00:00", true)]
    [InlineData("-00:00:01", false)]
    [InlineData("7.00:00:01", false)]
    public void The_delay_has_bounds(string delay, bool accepted)
    {
        TimeSpan span = TimeSpan.Parse(delay, System.Globalization.CultureInfo.InvariantCulture);
        Exception? e = Record.Exception(() => SignalSettings.Default(span));
        Assert.Equal(accepted, e is null);
        Assert.True(accepted || e is ArgumentException);
    }

    [Fact]
    public void Faults_of_the_text_are_listed_and_hostile_text_is_not_repeated()
    {
        FormatException e = Assert.Throws<FormatException>(() => SignalSettingsText.ParseWindows("1m=[5m,2m]; 1m=[15m]; \u001b[31mX=[5m]; nothing; 7x=[1h]"));
        Assert.Contains("'2m'", e.Message, StringComparison.Ordinal);
        Assert.Contains("'7x'", e.Message, StringComparison.Ordinal);
        Assert.Contains("Interval 1m is listed twice", e.Message, StringComparison.Ordinal);
        Assert.Contains("has no '='", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', e.Message);
    }

    [Fact]
    public void Settings_are_equal_by_value_whatever_the_order_of_their_timeframes()
    {
        SignalSettings a = Resolve("", "1m=[5m,15m]"), b = Resolve("", "1m=[15m,5m]");
        Assert.Equal(a, b);
        Assert.Equal(a.GetHashCode(), b.GetHashCode());
        Assert.NotEqual(a, a.WithWatermarkDelay(TimeSpan.Zero));
        Assert.True(a.HasSameTimeframes(a.WithWatermarkDelay(TimeSpan.Zero)));
        Assert.NotEqual(a, Resolve("", "1m=[5m]"));
    }
}
