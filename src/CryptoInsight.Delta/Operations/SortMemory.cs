namespace CryptoInsight.Delta.Operations;

/// <summary>Counts the bytes of rows that sorts hold at once.</summary>
/// <remarks>Shared by the partitions that are sorted side by side. What it does not count is bounded by itself: one batch on its way in, one row group on its way out.</remarks>
internal sealed class SortMemory
{
    private long _held;
    private long _peak;

    /// <summary>The most that was held at once.</summary>
    public long Peak => Interlocked.Read(ref _peak);

    /// <summary>Counts bytes that are held from now on.</summary>
    public void Hold(long bytes)
    {
        long held = Interlocked.Add(ref _held, bytes);
        long peak;
        while (held > (peak = Peak) && Interlocked.CompareExchange(ref _peak, held, peak) != peak)
        {
        }
    }

    /// <summary>They are held no more.</summary>
    public void Release(long bytes) => Interlocked.Add(ref _held, -bytes);
}
