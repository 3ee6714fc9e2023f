using Akka.Streams;
using Akka.Streams.Dsl;
using CryptoInsight.Engine.Flows;
using CryptoInsight.Engine.Options;
using CryptoInsight.Lake;

namespace CryptoInsight.Engine.Jobs;

/// <summary>Job <c>01a_ingest_bronze_binance</c>: the exchange to Bronze, from the bookmarks in the tables at every start.</summary>
/// <remarks>A repair from the beginning asks for every series again from where it began; what is there already is appended a second time, and Silver sees that it is equal.
/// A refusal of everything (403, 451) or of every series ends the job for good: the dead letters say why.</remarks>
public sealed class IngestJob(LakeTables lake, IngestOptions options, ExchangeFeed exchange, IngestMode mode, CommitBell bronzeBell) : ISupervisedJob
{
    public const string Id = "01a_ingest_bronze_binance";

    string ISupervisedJob.Id => Id;

    public long Newest => -1;

    public bool EndsByItself => mode is IngestMode.Once or IngestMode.Backfill;

    public async Task<OpenedJob> OpenAsync(JobStart start, CancellationToken ct)
    {
        Source<IngestCommit, IKillSwitch> commits = mode == IngestMode.Backfill
            ? await BackfillToBronze.GraphAsync(exchange, lake, options, ct).ConfigureAwait(false)
            : await BinanceToBronze.GraphAsync(exchange, mode, start == JobStart.Beginning, lake, options, ct).ConfigureAwait(false);
        return IngestStream.Opened(
            lake.Bronze.Table.Snapshot.Version, commits, bronzeBell, () => EndsByItself ? null : "The exchange refuses every series; what it said is in dlq_binance.");
    }
}
