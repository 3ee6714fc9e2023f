using CryptoInsight.Delta;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Lake.Silver;

namespace CryptoInsight.Engine.Symbols;

/// <summary>The row changes of Silver version by version, each read once for all symbols that catch up from a snapshot.</summary>
/// <remarks>Snapshots are staggered, so every symbol starts at another version. Bounded by <see cref="VersionsMax"/> and <see cref="RowsMax"/>; a symbol that would need more reads its history.</remarks>
public sealed class SilverSince(SilverChartsTable silver)
{
    /// <summary>A snapshot that is further behind is not worth catching up from: reading the history is faster.</summary>
    public const int VersionsMax = 1_000;

    /// <summary>About 100 bytes each.</summary>
    private const long RowsMax = 500_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<long, Task<SilverChanges?>> _byVersion = [];
    private long _rows;

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
            if (_byVersion.TryGetValue(version, out Task<SilverChanges?>? known) && !known.IsFaulted)
            {
                return known;
            }

            if (_byVersion.Count >= VersionsMax || _rows > RowsMax)
            {
                _byVersion.Clear(); // a start is over long before; whoever still catches up reads its versions again
                _rows = 0;
            }

            return _byVersion[version] = Task.Run(() => ReadAsync(version));
        }
    }

    private async Task<SilverChanges?> ReadAsync(long version)
    {
        SilverChanges? changes = await new TableTail(silver.Table).ReadAfterAsync(version - 1, new TailLimits(1, long.MaxValue)).ConfigureAwait(false) is TailStep.Versions one
            ? await SilverChanges.ReadAsync(silver, one, CancellationToken.None).ConfigureAwait(false)
            : null;
        lock (_gate)
        {
            _rows += changes?.RowCount ?? 0;
        }

        return changes;
    }
}
