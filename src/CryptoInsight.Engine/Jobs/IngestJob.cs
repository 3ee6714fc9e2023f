using Akka;
using Akka.Actor;
using Akka.Streams;
using Akka.Streams.Dsl;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Domain.Market;
using CryptoInsight.Engine.Flows;
using CryptoInsight.Engine.Options;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Operations;

namespace CryptoInsight.Engine.Jobs;

/// <summary>Job <c>01a_ingest_bronze_binance</c>: keeps the stream from the exchange to Bronze running, from the tables again after every fault that time heals.</summary>
public sealed class IngestJob(LakeTables lake, IngestOptions options, JobNode node, CommitBell bronzeBell, IMaterializer materializer)
{
    public const string Id = "01a_ingest_bronze_binance";

    private JobRun _run = new("", Id, StateWord.Of(JobState.Idle), default, node.Name);
    private JobStatus _status = new(Id, JobState.Idle, -1, -1, 0, 0, 0, 0, null);
    private int _faultsInARow;
    private long _rowsBefore;

    /// <summary>Runs until the mode is through, until the exchange refuses everything, or until it is stopped.</summary>
    public async Task RunAsync(ExchangeFeed exchange, IngestMode mode, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        _run = new JobRun($"{node.RunId}/{Id}", Id, StateWord.Of(JobState.Running), Now(), node.Name);
        _rowsBefore = lake.Bronze.Table.Snapshot.RowCount ?? 0;
        Publish(JobState.Running, null);
        node.Journal.Tell(_run);
        while (true)
        {
            try
            {
                IRunnableGraph<Task<Done>> graph = mode == IngestMode.Backfill
                    ? await BackfillToBronze.GraphAsync(exchange, lake, options, OnCommit, stopping).ConfigureAwait(false)
                    : await BinanceToBronze.GraphAsync(exchange, mode, lake, options, OnCommit, stopping).ConfigureAwait(false);
                await graph.Run(materializer).ConfigureAwait(false);
                bool isThrough = mode is IngestMode.Once or IngestMode.Backfill || stopping.IsCancellationRequested;
                End(isThrough ? JobState.Succeeded : JobState.Failed, isThrough ? null : "the exchange refuses every series; what it said is in dlq_binance");
                return;
            }
            catch (Exception e) when (stopping.IsCancellationRequested)
            {
                End(JobState.Succeeded, null);
                throw new OperationCanceledException("Ingestion was stopped.", e, stopping);
            }
            catch (Exception e) when (JobFault.Of(e, _faultsInARow + 1) is { IsTransient: true } fault)
            {
                _run = _run with { ErrorKind = fault.Kind, ErrorMessage = e.Message, ErrorDetail = e.ToString(), Attempt = _run.Attempt + 1 };
                _status = _status with { Restarts = _status.Restarts + 1 };
                Publish(JobState.Running, e.Message);
                node.Journal.Tell(_run);
                await Task.Delay(node.Backoff.After(++_faultsInARow), node.Clock, stopping).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                _run = _run with { ErrorKind = JobFault.Of(e, _faultsInARow + 1).Kind, ErrorDetail = e.ToString() };
                End(JobState.Failed, e.Message);
                throw;
            }
        }
    }

    private void OnCommit(CommitOutcome outcome)
    {
        _faultsInARow = 0;
        bronzeBell.Ring();
        long version = lake.Bronze.Table.Snapshot.Version, rows = (lake.Bronze.Table.Snapshot.RowCount ?? _rowsBefore) - _rowsBefore;
        _run = _run with { OutputVersion = version, RowsIn = rows, RowsAccepted = rows };
        _status = _status with { Position = version, OutputVersion = version, RowsIn = rows, RowsOut = rows };
        Publish(JobState.Running, null);
    }

    private void End(JobState state, string? error)
    {
        _run = _run with { State = StateWord.Of(state), EndedAt = Now(), ErrorMessage = error };
        Publish(state, error);
        node.Journal.Tell(_run);
    }

    private void Publish(JobState state, string? error) => node.Board.Publish(_status = _status with { State = state, Error = error, Run = _run });

    private UnixMicros Now() => UnixMicros.From(node.Clock.GetUtcNow());
}
