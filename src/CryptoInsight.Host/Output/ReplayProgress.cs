using System.Globalization;
using CryptoInsight.Engine.Jobs;

namespace CryptoInsight.Host.Output;

/// <summary>The progress of a replay: a line that rewrites itself on a terminal, nothing in a pipe.</summary>
public sealed class ReplayProgress : IAsyncDisposable
{
    private readonly TextWriter _error;
    private readonly long _rowsTotal;
    private readonly JobBoard _jobs;
    private readonly TimeProvider _clock;
    private readonly long _startedAt;
    private readonly ITimer? _timer;
    private long _bronzeRows;

    public ReplayProgress(TextWriter error, long rowsTotal, JobBoard jobs, TimeProvider clock)
    {
        _error = error;
        _rowsTotal = rowsTotal;
        _jobs = jobs;
        _clock = clock;
        _startedAt = clock.GetTimestamp();
        if (!Console.IsErrorRedirected)
        {
            _timer = clock.CreateTimer(_ => Draw(), null, TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(200));
        }
    }

    /// <summary>How long Bronze took.</summary>
    public TimeSpan BronzeElapsed { get; private set; }

    public void BronzeCommitted(int rows) => Interlocked.Add(ref _bronzeRows, rows);

    public void BronzeDone() => BronzeElapsed = _clock.GetElapsedTime(_startedAt);

    public async ValueTask DisposeAsync()
    {
        if (_timer is not null)
        {
            await _timer.DisposeAsync();
            await _error.WriteAsync("\r\u001b[2K");
        }
    }

    private void Draw()
    {
        JobStatus? silver = _jobs.Find(SilverJob.Id), gold = _jobs.Find(GoldJob.Id);
        _error.Write(string.Create(
            CultureInfo.InvariantCulture,
            $"\r\u001b[2K{Bar(Interlocked.Read(ref _bronzeRows))} of {_rowsTotal:N0} rows | bronze {Interlocked.Read(ref _bronzeRows):N0} | silver {silver?.RowsIn ?? 0:N0} | gold {gold?.RowsIn ?? 0:N0} | {_clock.GetElapsedTime(_startedAt).TotalSeconds:N0} s"));
    }

    private string Bar(long rows)
    {
        const int Width = 20;
        int full = _rowsTotal == 0 ? Width : (int)Math.Min(Width, rows * Width / _rowsTotal);
        return $"[{new string('#', full)}{new string('.', Width - full)}]";
    }
}
