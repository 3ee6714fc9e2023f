namespace CryptoInsight.Domain.Budget;

/// <summary>The weight of one minute.</summary>
/// <param name="Reserved">What we granted that may be counted in it.</param>
/// <param name="Reported">The most that an answer said was used in it, by us and by others.</param>
/// <param name="Unseen">What we granted and lost sight of: it may have been counted after the last report.</param>
public readonly record struct WeightMinute(int Reserved, int Reported, int Unseen);

/// <summary>A lease that is out, and the minutes it is charged to.</summary>
internal readonly record struct WeightLeaseOut(int Weight, Market.UnixMicros GrantedAt, long FirstMinute, long LastMinute);
