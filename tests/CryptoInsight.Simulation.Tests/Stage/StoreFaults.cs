using CryptoInsight.Delta.Store;

namespace CryptoInsight.Simulation.Tests.Stage;

/// <summary>How often stores fail, and how.</summary>
/// <param name="Rate">Share of calls that fail while the run is not calm.</param>
internal sealed record StoreFaults(double Rate)
{
    /// <summary>The fault of one call.</summary>
    public StoreFaultKind Next(StoreOperation operation, string key, Random random)
    {
        if (random.NextDouble() >= Rate)
        {
            return StoreFaultKind.None;
        }

        bool isWrite = operation is StoreOperation.Put or StoreOperation.PutIfAbsent or StoreOperation.Complete or StoreOperation.Delete;
        bool mayTear = operation is StoreOperation.Put or StoreOperation.Complete; // a commit is whole or absent: that is the store's contract
        return random.Next(3) switch
        {
            0 when mayTear && !key.EndsWith(".json", StringComparison.Ordinal) => StoreFaultKind.PartialWrite,
            1 when isWrite => StoreFaultKind.ErrorAfter,
            _ => StoreFaultKind.ErrorBefore,
        };
    }
}
