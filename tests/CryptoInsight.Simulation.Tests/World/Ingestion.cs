using CryptoInsight.Delta;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Simulation.Tests.Market;
using CryptoInsight.Simulation.Tests.Model;
using CryptoInsight.Simulation.Tests.Stage;

namespace CryptoInsight.Simulation.Tests.World;

/// <summary>Appends what the exchange gives to Bronze; after a failure the same rows are appended again, so they may be there twice.</summary>
internal sealed class Ingestion(SimulatedProcess process, Scheduler stage, SimulatedLake lake, Ledger ledger)
{
    private readonly Queue<List<BronzeRow>> _waiting = new();
    private int _batches;
    private bool _isRunning;

    /// <summary>True when every batch is durable.</summary>
    public bool IsIdle => _waiting.Count == 0 && !_isRunning;

    public void Take(List<BronzeRow> rows)
    {
        _waiting.Enqueue(rows);
        if (!_isRunning)
        {
            _isRunning = true;
            _ = RunAsync();
        }
    }

    private async Task RunAsync()
    {
        LakeTables? tables = null;
        while (_waiting.TryPeek(out List<BronzeRow>? rows))
        {
            try
            {
                tables ??= await lake.OpenAsync(process);
                await AppendAsync(tables.Bronze, rows);
                _waiting.Dequeue();
            }
            catch (Exception e) when (e is IOException or CommitStateUnknownException)
            {
                stage.Trace.Add($"{process}: append failed: {e.Message}");
                await stage.PauseAsync(process, "append again");
            }
            catch (Exception e)
            {
                stage.Fail($"ingestion broke: {e.GetType().Name}: {e.Message}", e);
                return;
            }
        }

        _isRunning = false;
    }

    private async Task AppendAsync(BronzeChartsTable bronze, List<BronzeRow> rows)
    {
        var batch = new AppTransaction(ledger.Announce(++_batches, rows), 1);
        IEnumerable<AppTransaction> bookmarks = rows.Where(r => r.Passing is not null)
            .GroupBy(r => (r.Raw.Symbol, r.Raw.Interval))
            .Select(g => IngestPositions.Advance(null, g.Key.Symbol, g.Key.Interval, g.Max(r => r.Passing!.Candle.OpenTime)));
        CommitOutcome outcome = await bronze.AppendAsync([.. rows.Select(r => r.Raw)], [batch, .. bookmarks]);
        if (outcome is not CommitOutcome.Committed)
        {
            stage.Fail($"an append to Bronze was refused: {outcome}");
        }
    }
}
