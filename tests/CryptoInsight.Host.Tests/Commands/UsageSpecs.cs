namespace CryptoInsight.Host.Tests.Commands;

/// <summary>Wrong command lines, and lakes that are not there: a clear message, the right exit code, and nothing is made.</summary>
public sealed class UsageSpecs
{
    private const string Evil = "\u001b[31mx\u202ey";

    [Theory]
    [InlineData("dlq", "list", "--state", Evil)]
    [InlineData("watermark", "set", "15min", "--hours", Evil)]
    [InlineData(Evil)]
    [InlineData("jobs", "show")]
    [InlineData("--set", Evil + "=1", "jobs")]
    public async Task A_wrong_command_line_exits_with_2_and_repeats_nothing_that_a_terminal_obeys(params string[] args)
    {
        (int exit, string output, string error) = await Cli.RunAsync(args);
        Assert.Equal(2, exit);
        Assert.NotEmpty(error.Trim());
        Assert.DoesNotContain(output + error, c => (char.IsControl(c) && c is not ('\n' or '\r' or '\t')) || c == '\u202e');
    }

    [Theory]
    [InlineData("jobs")]
    [InlineData("jobs", "show", "02_transform_silver_binance")]
    [InlineData("jobs", "pause", "02_transform_silver_binance")]
    [InlineData("jobs", "resume", "02_transform_silver_binance")]
    [InlineData("jobs", "repair", "02_transform_silver_binance")]
    [InlineData("dlq", "list")]
    [InlineData("dlq", "show", "x")]
    [InlineData("dlq", "replay")]
    [InlineData("gaps")]
    [InlineData("restore", "silver_charts", "--version", "1")]
    [InlineData("watermark", "show")]
    [InlineData("watermark", "set", "5min")]
    [InlineData("verify")]
    public async Task A_lake_that_is_not_there_is_told_about_and_not_made(params string[] args)
    {
        string nowhere = Path.Combine(Path.GetTempPath(), $"cryptoinsight-nowhere-{Environment.ProcessId}");
        (int exit, _, string error) = await Cli.RunAsync([.. args, "--lake", nowhere]);
        Assert.Equal(1, exit);
        Assert.Contains("has no tables yet", error, StringComparison.Ordinal);
        Assert.Contains("--lake names another one", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(nowhere));
    }

    [Fact]
    public async Task A_mistyped_setting_is_named_with_the_nearest_one()
    {
        (int exit, _, string error) = await Cli.RunAsync("config", "show", "--set", "silver.on-schema-drif=fail");
        Assert.Equal(2, exit);
        Assert.Contains("there is no setting silver.on-schema-drif; the nearest is cryptoinsight.silver.on-schema-drift", error, StringComparison.Ordinal);
    }
}
