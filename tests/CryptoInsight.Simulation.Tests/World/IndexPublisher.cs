using Apache.Arrow;
using Apache.Arrow.Types;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Lake.FearGreed;
using CryptoInsight.Simulation.Tests.Model;
using CryptoInsight.Simulation.Tests.Stage;

namespace CryptoInsight.Simulation.Tests.World;

/// <summary>Writes <c>silver_fear_greed</c>: values appear, change and go, some before the candles that they reach and some long after.</summary>
internal sealed class IndexPublisher(Scheduler stage, SimulatedLake lake, Ledger ledger)
{
    private static readonly long s_firstDay = new DateTimeOffset(2024, 12, 28, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
    private static readonly TimestampType s_timestamp = new(TimeUnit.Microsecond, "UTC");

    private readonly SimulatedProcess _process = new("index");
    private int _changes;
    private bool _isBusy;

    /// <summary>Changes one day's value; what is under way is finished first.</summary>
    public void Publish()
    {
        if (!_isBusy)
        {
            _isBusy = true;
            _ = RunAsync();
        }
    }

    private async Task RunAsync()
    {
        // Every six hours: so a few days hold values that buckets of any length look up.
        long at = s_firstDay + (stage.Random.Next(0, 24) * 21_600L);
        FearGreedPoint? point = stage.Random.Next(5) == 0 ? null : new FearGreedPoint(UnixMicros.FromSeconds(at), stage.Random.Next(0, 101), stage.Random.Next(2) == 0 ? "Fear" : "Greed");
        string note = ledger.Announce(++_changes, UnixMicros.FromSeconds(at), point);
        while (true)
        {
            try
            {
                DeltaTable table = await DeltaTable.OpenOrCreateAsync(lake.For(_process).StoreOf(SilverFearGreedTable.Name), SilverFearGreedTable.Definition, lake.Options);
                var change = new RowChanges(["ts_unix"]) { Upserts = point is null ? [] : [Row(at, point)], Deletes = point is null ? [Key(at)] : [] };
                stage.Trace.Add($"{_process}: {point} at {at}: {await table.UpsertAsync(change, new CommitSpec("MERGE") { UserMetadata = note })}");
                break;
            }
            catch (Exception e) when (e is IOException or CommitStateUnknownException)
            {
                await stage.PauseAsync(_process, "publish again");
            }
            catch (Exception e)
            {
                stage.Fail($"the index's writer broke: {e.Message}", e);
                break;
            }
        }

        _isBusy = false;
    }

    private static RecordBatch Key(long at) => new RecordBatch.Builder().Append("ts_unix", false, new Int64Array.Builder().Append(at).Build()).Build();

    private static RecordBatch Row(long at, FearGreedPoint point)
    {
        DateTimeOffset time = DateTimeOffset.FromUnixTimeSeconds(at);
        return new RecordBatch.Builder()
            .Append("ts_unix", false, new Int64Array.Builder().Append(at).Build())
            .Append("event_time", false, new TimestampArray.Builder(s_timestamp).Append(time).Build())
            .Append("index_value", false, new Int32Array.Builder().Append(point.Value).Build())
            .Append("value_classification", false, new StringArray.Builder().Append(point.Label).Build())
            .Append("unique_key", false, new StringArray.Builder().Append($"fear_greed|{at}").Build())
            .Append("ingest_time", false, new TimestampArray.Builder(s_timestamp).Append(time).Build())
            .Append("source", false, new StringArray.Builder().Append("simulated").Build())
            .Append("dt", false, new Date32Array.Builder().Append(time.UtcDateTime.Date).Build())
            .Build();
    }
}
