namespace CryptoInsight.PaperExchange.Limits;

/// <summary>What a client may use, and when it is banned.</summary>
internal sealed record LimitRules(int WeightPerMinuteMax, int RequestsPerFiveMinutesMax, int RefusalsBeforeBan)
{
    /// <summary>How long the first ban lasts, the second within a day of it, and so on; the last repeats.</summary>
    /// <remarks>The exchange says "from 2 minutes to 3 days"; the steps between are ours.</remarks>
    public static IReadOnlyList<TimeSpan> BanLengths { get; } =
        [TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromHours(1), TimeSpan.FromHours(6), TimeSpan.FromDays(1), TimeSpan.FromDays(3)];

    /// <summary>After so long without a ban the next one is a first one again.</summary>
    public static TimeSpan BanMemory { get; } = TimeSpan.FromDays(1);
}
