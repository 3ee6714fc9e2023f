using System.Globalization;
using CryptoInsight.Engine.Jobs;

namespace CryptoInsight.Host.Output;

/// <summary>The progress of a replay: how much of the files is in Bronze, and where Silver and Gold stand.</summary>
public sealed class ReplayProgress : IAsyncDisposable
{
    private readonly long _rowsTotal;
    private readonly JobBoard _jobs;
    private readonly ProgressLine _line;
    private long _bronzeRows;

    public ReplayProgress(TextWriter error, long rowsTotal, JobBoard jobs, TimeProvider clock)
    {
        _rowsTotal = rowsTotal;
        _jobs = jobs;
        _line = new ProgressLine(error, Text, clock);
    }

    /// <summary>How long Bronze took.</summary>
    public TimeSpan BronzeElapsed { get; private set; }

    public void BronzeCommitted(int rows) => Interlocked.Add(ref _bronzeRows, rows);

    public void BronzeDone() => BronzeElapsed = _line.Elapsed;

    public ValueTask DisposeAsync() => _line.DisposeAsync();

    private string Text()
    {
        long bronze = Interlocked.Read(ref _bronzeRows);
        JobStatus? silver = _jobs.Find(SilverJob.Id), gold = _jobs.Find(GoldJob.Id);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{ProgressLine.Bar(bronze, _rowsTotal)} of {_rowsTotal:N0} rows | bronze {bronze:N0} | silver {silver?.RowsIn ?? 0:N0} | gold {gold?.RowsIn ?? 0:N0}");
    }
}
