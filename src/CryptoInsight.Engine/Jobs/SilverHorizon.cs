using CryptoInsight.Delta;
using CryptoInsight.Delta.Log;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine.Symbols;
using CryptoInsight.Engine.Symbols.Wire;
using CryptoInsight.Lake.Silver;

namespace CryptoInsight.Engine.Jobs;

/// <summary>What the Gold driver knows of Silver as of one version: the symbols, and the newest candle of each interval, from which the watermarks follow.</summary>
public sealed class SilverHorizon
{
    private readonly HashSet<Symbol> _symbols = [];
    private WatermarkTracker _newest = WatermarkTracker.Empty;

    public IReadOnlyCollection<Symbol> Symbols => _symbols;

    public Watermarks Watermarks(SignalSettings settings) => _newest.At(settings.WatermarkDelay);

    /// <summary>Reads the horizon as of a version (-1: nothing); <see cref="VersionNotFoundException"/> or <see cref="MissingFileException"/> if that is cleaned.</summary>
    public async Task LoadAsync(SilverChartsTable silver, long version, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(silver);
        _symbols.Clear();
        _newest = WatermarkTracker.Empty;
        if (version < 0)
        {
            return;
        }

        Snapshot snapshot = silver.Table.Snapshot.Version == version ? silver.Table.Snapshot : await silver.Table.SnapshotAtAsync(version, ct).ConfigureAwait(false);
        await foreach (IReadOnlyList<CandleKey> keys in silver.KeysAsync(snapshot, ct).ConfigureAwait(false))
        {
            foreach (CandleKey key in keys)
            {
                Seen(key.Symbol, key.Interval, key.OpenTime);
            }
        }
    }

    /// <summary>Reads the horizon as of a version from a snapshot and the changes since, else from all of Silver.</summary>
    public async Task LoadAsync(SilverChartsTable silver, long version, ISnapshotShelf shelf, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(silver);
        ArgumentNullException.ThrowIfNull(shelf);
        if (version < 0 || await shelf.FindAsync(NameOf(silver)).ConfigureAwait(false) is not HorizonSnapshot kept || !await TryCatchUpAsync(kept, silver, version, ct).ConfigureAwait(false))
        {
            await LoadAsync(silver, version, ct).ConfigureAwait(false);
        }
    }

    /// <summary>Keeps the horizon as of a version.</summary>
    public void Keep(SilverChartsTable silver, long version, ISnapshotShelf shelf)
    {
        ArgumentNullException.ThrowIfNull(silver);
        ArgumentNullException.ThrowIfNull(shelf);
        var kept = new HorizonSnapshot { SilverTableId = silver.Table.Snapshot.Metadata.Id, SilverVersion = version };
        kept.Symbols.AddRange(_symbols.Select(s => s.Code));
        foreach (Interval interval in Interval.All)
        {
            if (_newest.OpenTimeMax(interval) is { } newest)
            {
                kept.Intervals.Add(interval.Code);
                kept.NewestOpenTime.Add(newest.Value);
            }
        }

        shelf.Put(NameOf(silver), kept);
    }

    private static string NameOf(SilverChartsTable silver) => $"{silver.Table.Snapshot.Metadata.Id}/horizon of Gold";

    private async Task<bool> TryCatchUpAsync(HorizonSnapshot kept, SilverChartsTable silver, long version, CancellationToken ct)
    {
        if (kept.SilverTableId != silver.Table.Snapshot.Metadata.Id || kept.SilverVersion > version || version - kept.SilverVersion > SilverSince.VersionsMax)
        {
            return false;
        }

        _symbols.Clear();
        _symbols.UnionWith(kept.Symbols.Select(Symbol.Parse));
        _newest = WatermarkTracker.Empty;
        for (int i = 0; i < kept.Intervals.Count; i++)
        {
            _newest = _newest.Seen(Interval.Parse(kept.Intervals[i]), new UnixMicros(kept.NewestOpenTime[i]));
        }

        for (long at = kept.SilverVersion; at < version;)
        {
            var limits = new TailLimits((int)(version - at), TailLimits.Default.BytesMax);
            if (await new TableTail(silver.Table).ReadAfterAsync(at, limits, ct).ConfigureAwait(false) is not TailStep.Versions versions
                || await SilverChanges.ReadAsync(silver, versions, ct).ConfigureAwait(false) is not { } changes)
            {
                return false;
            }

            at = versions.ToInclusive;
            await ApplyAsync(changes, silver, at, ct).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>Moves the horizon to the version that the changes lead to.</summary>
    public async Task ApplyAsync(SilverChanges changes, SilverChartsTable silver, long version, CancellationToken ct)
    {
        bool newestIsGone = false;
        foreach ((Symbol symbol, List<CandleChange> some) in changes.BySymbol)
        {
            foreach (CandleChange change in some)
            {
                if (change is CandleChange.Put put)
                {
                    Seen(symbol, put.Interval, put.Candle.OpenTime);
                }
                else if (change is CandleChange.Drop drop)
                {
                    newestIsGone |= _newest.IsNewest(drop.Interval, drop.OpenTime);
                }
            }
        }

        // The watermark is computed, never kept as a running maximum: after a delete of the newest it goes back.
        if (newestIsGone)
        {
            await LoadAsync(silver, version, ct).ConfigureAwait(false);
        }
    }

    private void Seen(Symbol symbol, Interval interval, UnixMicros openTime)
    {
        _symbols.Add(symbol);
        if (_newest.OpenTimeMax(interval) is not { } newest || openTime > newest)
        {
            _newest = _newest.Seen(interval, openTime);
        }
    }
}
