using CryptoInsight.Domain.Market;
using Xunit.Abstractions;

namespace CryptoInsight.Engine.Tests.Budget;

/// <summary>INV-6 over several nodes, with the actors and feeds of the product, in virtual time.</summary>
public sealed class SharedBudgetSpecs(ITestOutputHelper output)
{
    private const long Minute = 60_000_000;

    [Theory]
    [InlineData(1, 12)]
    [InlineData(2, 31)]
    public async Task Three_nodes_behind_one_address_use_its_budget_and_the_death_of_its_owner_costs_no_refusal(int seed, int killAfterSeconds)
    {
        using SharedBudget budget = new(limit: 120);
        budget.AddNode("a", 2);
        budget.AddNode("b", 2);
        budget.AddNode("c", 2);
        budget.Own("a", isFirst: true);
        await budget.RunAsync(TimeSpan.FromMinutes(5));
        UnixMicros killed = budget.Exchange.Now + killAfterSeconds * 1_000_000L;
        await budget.RunAsync(TimeSpan.FromSeconds(killAfterSeconds));
        budget.Kill("a");
        await budget.RunAsync(TimeSpan.FromSeconds(7 + 5 * new Random(seed).NextDouble()));
        budget.Own("b", isFirst: false);
        await budget.RunAsync(TimeSpan.FromMinutes(6));

        Assert.Null(budget.Failure);
        Assert.Empty(budget.Exchange.Refusals);
        Assert.Equal(0, budget.Exchange.RequestsDuringBan);
        Dictionary<long, int> full = budget.Exchange.WeightByMinute.OrderBy(m => m.Key).Skip(1).SkipLast(1).ToDictionary();
        output.WriteLine(string.Join(", ", full.Select(m => m.Value)));
        long dark = killed.Value / Minute;
        int[] whole = [.. full.Where(m => m.Key != dark && m.Key != dark + 1).Select(m => m.Value)];
        Assert.True(whole.Length >= 8, $"{whole.Length} full minutes with an owner");
        Assert.All(whole, used => Assert.InRange(used, 0, 108));
        Assert.True(whole.Average() >= 0.85 * 108, $"mean use {whole.Average():0.0} of 108");
        Assert.All(full.Values, used => Assert.InRange(used, 0, 108)); // the next owner is silent for the rest of the minute in which it begins
        Assert.Equal("b", budget.Facts[2].Owner);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_stranger_whose_share_changes_costs_at_most_one_refusal_a_change_and_never_a_ban(int seed)
    {
        Random random = new(seed);
        using SharedBudget budget = new(limit: 120);
        (UnixMicros From, int PerMinute)[] shares =
        [
            (budget.Exchange.Now, 0),
            .. Enumerable.Range(1, 4).Select(i => (budget.Exchange.Now + (long)((i * 2 + random.NextDouble()) * Minute), random.Next(1, 10) * 12)),
        ];
        budget.Exchange.Strangers = now => shares.Index().Sum(s => UsedBy(s.Item.PerMinute, s.Item.From, s.Index + 1 < shares.Length ? shares[s.Index + 1].From : UnixMicros.Latest, now));
        budget.AddNode("a", 2);
        budget.AddNode("b", 2);
        budget.AddNode("c", 2);
        budget.Own("c", isFirst: true);
        await budget.RunAsync(TimeSpan.FromMinutes(11));

        Assert.Null(budget.Failure);
        Assert.Equal(0, budget.Exchange.RequestsDuringBan);
        Assert.Equal(default, budget.Exchange.BannedUntil);
        output.WriteLine($"shares {string.Join(", ", shares.Select(s => s.PerMinute))}; refusals {budget.Exchange.Refusals.Count}; ours {string.Join(", ", budget.Exchange.WeightByMinute.OrderBy(m => m.Key).Select(m => m.Value))}");
        Assert.All(shares.Index(), s =>
        {
            UnixMicros until = s.Index + 1 < shares.Length ? shares[s.Index + 1].From : UnixMicros.Latest;
            Assert.InRange(budget.Exchange.Refusals.Count(r => r >= s.Item.From && r < until), 0, 1);
        });
        Assert.True(budget.Exchange.WeightByMinute.Values.Sum() > 400, "Whoever waits for ever is never refused.");
    }

    [Fact]
    public async Task A_limit_that_the_exchange_changes_takes_effect_while_it_runs()
    {
        using SharedBudget budget = new(limit: 120);
        budget.AddNode("a", 3);
        budget.Own("a", isFirst: true);
        await budget.RunAsync(TimeSpan.FromMinutes(2));
        Assert.Equal((120, 108), (budget.Facts[0].LimitPerMinute, budget.Facts[0].UsablePerMinute));
        budget.Exchange.WeightLimit = 240; // raised: nobody is refused, and after the next reading more is used
        await budget.RunAsync(TimeSpan.FromMinutes(5));
        Assert.Equal((240, 216), (budget.Facts[0].LimitPerMinute, budget.Facts[0].UsablePerMinute));
        Assert.Contains(budget.Exchange.WeightByMinute.Values, used => used > 160);
        Assert.Empty(budget.Exchange.Refusals);

        budget.Exchange.WeightLimit = 80; // lowered: the first refusal makes the owner ask, as soon as it may
        await budget.RunAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(72, budget.Facts[0].UsablePerMinute);
        int refused = budget.Exchange.Refusals.Count;
        await budget.RunAsync(TimeSpan.FromMinutes(3));
        Assert.Equal(refused, budget.Exchange.Refusals.Count);
        Assert.Equal(default, budget.Exchange.BannedUntil);
    }

    [Fact]
    public async Task A_ban_outlives_the_owner_that_was_told_of_it()
    {
        using SharedBudget budget = new(limit: 120);
        budget.AddNode("a", 1);
        budget.AddNode("b", 1);
        budget.AddNode("c", 1);
        budget.Own("a", isFirst: true);
        await budget.RunAsync(TimeSpan.FromMinutes(2));
        budget.Exchange.BannedUntil = budget.Exchange.Now + TimeSpan.FromMinutes(10);
        await budget.RunAsync(TimeSpan.FromSeconds(30));
        int told = budget.Exchange.RequestsDuringBan; // each node may have one under way when the ban begins
        Assert.InRange(told, 1, 3);
        budget.Kill("a");
        await budget.RunAsync(TimeSpan.FromSeconds(8));
        budget.Own("c", isFirst: false);
        await budget.RunAsync(TimeSpan.FromMinutes(8));
        Assert.Equal(told, budget.Exchange.RequestsDuringBan);
        Assert.NotNull(budget.Facts[1].BlockedUntil);
        await budget.RunAsync(TimeSpan.FromMinutes(4));
        Assert.Equal(told, budget.Exchange.RequestsDuringBan);
        Assert.Null(budget.Facts[1].BlockedUntil);
        Assert.True(budget.Exchange.WeightByMinute.MaxBy(m => m.Key).Value > 0);
        Assert.Null(budget.Failure);
    }

    // What a stranger who spreads his weight over every minute has used in the minute of an instant.
    private static int UsedBy(int perMinute, UnixMicros from, UnixMicros until, UnixMicros now)
    {
        UnixMicros begin = UnixMicros.Max(from, new UnixMicros(now.Value / Minute * Minute)), end = UnixMicros.Min(until, now);
        return end <= begin ? 0 : (int)((end - begin) * perMinute / Minute);
    }
}
