namespace CryptoInsight.Delta.Store;

/// <summary>Syncs of one thing that wait together become one.</summary>
/// <remarks>A caller returns after a sync that began after its call, so what it had done by then is covered. Blocks the calling thread; a failure goes to the caller that ran the sync, and the next one tries again.</remarks>
internal sealed class SharedSync(Action sync)
{
    private readonly Lock _gate = new();
    private long _asked;
    private long _covered;

    /// <summary>How often it was asked for.</summary>
    internal long Asked => Interlocked.Read(ref _asked);

    /// <summary>Returns when everything done before this call is covered.</summary>
    internal void Run()
    {
        long mine = Interlocked.Increment(ref _asked);
        lock (_gate)
        {
            if (_covered >= mine)
            {
                return; // a sync that began after this call ended while it waited
            }

            long upTo = Asked;
            sync();
            _covered = upTo;
        }
    }
}
