using CryptoInsight.Engine.Flows;

namespace CryptoInsight.Engine.Jobs;

/// <summary>A job that asks one source again and again: <c>01b_ingest_bronze_fear_greed</c> and <c>01c_ingest_bronze_leaderboard</c>.</summary>
/// <remarks>A repair, from the beginning too, keeps to the source's rhythm: the publisher is never asked sooner because somebody here repairs.
/// When every question has been refused the job ends for good: the dead letters say why.</remarks>
public sealed class PollJob<TRow>(string id, PolledSource<TRow> source, CommitBell bronzeBell) : ISupervisedJob
{
    public string Id => id;

    public long Newest => -1;

    public async Task<OpenedJob> OpenAsync(JobStart start, CancellationToken ct)
    {
        long position = (await source.Bronze.Table.RefreshAsync(ct).ConfigureAwait(false)).Version;
        return IngestStream.Opened(
            position, PollToBronze.Graph(source, ct), bronzeBell, () => $"{source.Source} refuses every question; what it said is in the dead letters.");
    }
}
