using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Budget;

/// <summary>The weight of one minute.</summary>
/// <param name="Reserved">What we granted that may be counted in it.</param>
/// <param name="Reported">The most that an answer said was used in it, by us and by others.</param>
/// <param name="Unseen">What we granted and lost sight of: it may be counted after any report.</param>
/// <param name="Unplaced">What was answered, but may have been counted in the minute before: a later report includes it.</param>
/// <param name="UnplacedAt">When the last such answer came.</param>
public readonly record struct WeightMinute(int Reserved, int Reported, int Unseen, int Unplaced, UnixMicros UnplacedAt);

/// <summary>A lease that is out, and the minutes it is charged to.</summary>
internal readonly record struct WeightLeaseOut(int Weight, UnixMicros GrantedAt, long FirstMinute, long LastMinute);
