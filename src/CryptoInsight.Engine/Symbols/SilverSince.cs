using CryptoInsight.Delta;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Lake.Silver;

namespace CryptoInsight.Engine.Symbols;

/// <summary>The row changes of Silver version by version, each read once for all symbols that catch up from a snapshot.</summary>
/// <remarks>Snapshots are staggered, so every symbol starts at another version. Bounded by <see cref="VersionsMax"/> and <see cref="RowsMax"/>: the oldest versions go first and are not read
/// a second time, since a thousand symbols would each read them again; a symbol that would need them reads its history, in a scan that many share.</remarks>
/// <param name="rowsMax">Rows held at once; another bound than the default is for tests.</param>
public sealed class SilverSince(SilverChartsTable silver, long rowsMax = SilverSince.RowsMax)
{
    /// <summary>A snapshot that is further behind is not worth catching up from: reading the history is faster.</summary>
    public const int VersionsMax = 1_000;

    /// <summary>About 100 bytes each.</summary>
    public const long RowsMax = 500_000;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, (Task<SilverChanges?> Changes, long Rows)> _byVersion = [];
    private long _rows;
    private long _oldest;

    /// <summary>The symbol's changes in (fromExclusive, toInclusive], in order; null if they cannot be read, or are too many.</summary>
    public async Task<IReadOnlyList<CandleChange>?> ReadAsync(Symbol symbol, long fromExclusive, long toInclusive)
    {
        if (toInclusive - fromExclusive > VersionsMax)
        {
            return null;
        }

        var changes = new List<CandleChange>();
        for (long version = fromExclusive + 1; version <= toInclusive; version++)
        {
            if (await OfAsync(version).ConfigureAwait(false) is not { } known)
            {
                return null;
            }

            if (known.BySymbol.TryGetValue(symbol, out List<CandleChange>? some))
            {
                changes.AddRange(some);
            }
        }

        return changes;
    }

    private Task<SilverChanges?> OfAsync(long version)
    {
        lock (_gate)
        {
            if (version < _oldest)
            {
                return Task.FromResult<SilverChanges?>(null);
            }

            if (_byVersion.TryGetValue(version, out (Task<SilverChanges?> Changes, long Rows) known) && !known.Changes.IsFaulted)
            {
                return known.Changes;
            }

            while (_byVersion.Count >= VersionsMax)
            {
                ForgetOldest();
            }

            Task<SilverChanges?> reading = Task.Run(() => ReadAsync(version));
            _byVersion[version] = (reading, 0);
            return reading;
        }
    }

    private async Task<SilverChanges?> ReadAsync(long version)
    {
        SilverChanges? changes = await new TableTail(silver.Table).ReadAfterAsync(version - 1, new TailLimits(1, long.MaxValue)).ConfigureAwait(false) is TailStep.Versions one
            ? await SilverChanges.ReadAsync(silver, one, CancellationToken.None).ConfigureAwait(false)
            : null;
        lock (_gate)
        {
            long rows = changes?.RowCount ?? 0;
            if (_byVersion.TryGetValue(version, out (Task<SilverChanges?> Changes, long Rows) mine))
            {
                _byVersion[version] = (mine.Changes, rows);
                _rows += rows;
            }

            while (_rows > rowsMax && _byVersion.Count > 1)
            {
                ForgetOldest();
            }
        }

        return changes;
    }

    private void ForgetOldest()
    {
        (long version, (_, long rows)) = _byVersion.First();
        _byVersion.Remove(version);
        _rows -= rows;
        _oldest = version + 1;
    }
}
