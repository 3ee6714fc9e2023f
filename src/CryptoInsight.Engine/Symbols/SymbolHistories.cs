using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Lake.Silver;

namespace CryptoInsight.Engine.Symbols;

/// <summary>Reads symbols' histories from Silver, many symbols in one scan: at a start all actors of a node ask at once.</summary>
/// <remarks>While one scan runs, further requests gather for the next. A scan takes as many symbols as fit into <see cref="RowsPerScan"/>, and <see cref="SymbolsPerScanMin"/> at least.</remarks>
public sealed class SymbolHistories(SilverChartsTable silver)
{
    /// <summary>Bounds memory: a candle of a history is 64 bytes.</summary>
    public const long RowsPerScan = 1_500_000;

    /// <summary>Fewer would read the same files over and over.</summary>
    public const int SymbolsPerScanMin = 16;

    private readonly Lock _gate = new();
    private readonly List<Request> _waiting = [];
    private bool _scanning;

    private sealed record Request(Symbol Symbol, long Version, TaskCompletionSource<CandleHistory> Answer);

    /// <summary>The symbol's candles as of a version of Silver, in no promised order; <see cref="Delta.VersionNotFoundException"/> if that version is cleaned.</summary>
    public Task<CandleHistory> ReadAsync(Symbol symbol, long version)
    {
        if (version < 0)
        {
            return Task.FromResult(new CandleHistory());
        }

        var request = new Request(symbol, version, new(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_gate)
        {
            _waiting.Add(request);
            if (!_scanning)
            {
                _scanning = true;
                _ = Task.Run(ScanAllAsync); // ends when nobody waits; every failure goes to the requests of its scan
            }
        }

        return request.Answer.Task;
    }

    private async Task ScanAllAsync()
    {
        while (Take() is { Count: > 0 } requests)
        {
            try
            {
                await ScanAsync(requests).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // The edge to the actors: whatever the lake threw is their answer.
            catch (Exception cause)
#pragma warning restore CA1031
            {
                requests.ForEach(r => r.Answer.TrySetException(cause));
            }
        }
    }

    private List<Request>? Take()
    {
        lock (_gate)
        {
            if (_waiting.Count == 0)
            {
                _scanning = false;
                return null;
            }

            long version = _waiting[0].Version;
            // At a start all symbols wait, so that their share of the table is about their number.
            long rows = Math.Max(1, silver.Table.Snapshot.RowCount ?? long.MaxValue);
            int count = (int)Math.Max(SymbolsPerScanMin, Math.Min(_waiting.Count, _waiting.Count * (double)RowsPerScan / rows));
            List<Request> some = [.. _waiting.Where(r => r.Version == version).Take(count)];
            HashSet<Request> taken = new(some, ReferenceEqualityComparer.Instance);
            _waiting.RemoveAll(taken.Contains);
            return some;
        }
    }

    private async Task ScanAsync(List<Request> requests)
    {
        Snapshot snapshot = silver.Table.Snapshot;
        if (snapshot.Version != requests[0].Version)
        {
            snapshot = await silver.Table.SnapshotAtAsync(requests[0].Version).ConfigureAwait(false);
        }

        var histories = new Dictionary<Symbol, CandleHistory>();
        foreach (Request request in requests)
        {
            histories.TryAdd(request.Symbol, new CandleHistory());
        }

        var isOne = new Predicate.In("symbol", [.. histories.Keys.Select(s => (object)s.Code)]);
        await foreach (IReadOnlyList<SilverCandle> rows in silver.ReadAsync(snapshot, isOne).ConfigureAwait(false))
        {
            foreach (SilverCandle row in rows)
            {
                histories[row.Symbol].Add(row.Interval, row.Candle);
            }
        }

        requests.ForEach(r => r.Answer.TrySetResult(histories[r.Symbol]));
    }
}
