namespace CryptoInsight.Engine.Options;

/// <summary>How long to wait after a fault: doubling from <paramref name="Min"/> to <paramref name="Max"/>.</summary>
public sealed record BackoffOptions(TimeSpan Min, TimeSpan Max)
{
    /// <summary>The wait after the n-th fault in a row, n from 1.</summary>
    public TimeSpan After(int faultsInARow) =>
        faultsInARow >= 30 || Min * Math.Pow(2, faultsInARow - 1) > Max ? Max : Min * Math.Pow(2, faultsInARow - 1);
}
