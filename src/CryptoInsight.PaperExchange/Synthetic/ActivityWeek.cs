namespace CryptoInsight.PaperExchange.Synthetic;

/// <summary>How busy the market is by minute of the week: the American afternoon is busiest, nights and week-ends are calm.</summary>
internal static class ActivityWeek
{
    /// <summary>Minutes in a week.</summary>
    public const int Minutes = 7 * 24 * 60;

    // Relative variance by UTC hour, roughly as in a year of BTCUSDT; the epoch's first day was a Thursday.
    private static readonly double[] s_byHour =
        [1.05, 0.85, 0.80, 0.75, 0.65, 0.60, 0.65, 0.80, 0.90, 0.85, 0.80, 0.85, 1.15, 1.55, 1.90, 1.75, 1.45, 1.25, 1.15, 1.15, 1.05, 0.90, 0.80, 0.85];

    private static readonly double[] s_byDay = [1.12, 1.08, 0.62, 0.72, 1.12, 1.12, 1.14];

    /// <summary>Sums of the two weeks' activity before each minute: two, so that any stretch of at most one week can be looked up without wrapping.</summary>
    public static readonly double[] Before = Sums();

    private static double[] Sums()
    {
        double[] sums = new double[2 * Minutes + 1];
        for (int m = 0; m < 2 * Minutes; m++)
        {
            int day = m / 1440 % 7;
            double hour = m % 1440 / 60.0;
            int h = (int)hour;
            double f = hour - h;
            double level = s_byHour[h] * (1 - f) + s_byHour[(h + 1) % 24] * f;

            // Robots act on the hour and on the quarter: the first minutes are busier.
            double bell = m % 60 == 0 ? 1.35 : m % 15 == 0 ? 1.15 : 1.0;
            sums[m + 1] = sums[m] + level * s_byDay[day] * bell;
        }

        return sums;
    }
}
