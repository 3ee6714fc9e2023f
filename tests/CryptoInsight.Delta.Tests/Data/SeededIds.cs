namespace CryptoInsight.Delta.Tests.Data;

/// <summary>Options whose ids come from a seed, so that a failing case names the same files again.</summary>
internal static class SeededIds
{
    public static DeltaTableOptions Options(int seed)
    {
        Random random = new(seed);
        return new DeltaTableOptions
        {
            NewId = () =>
            {
                byte[] bytes = new byte[16];
                lock (random)
                {
                    random.NextBytes(bytes);
                }

                return new Guid(bytes);
            },
        };
    }
}
