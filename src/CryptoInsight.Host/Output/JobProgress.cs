using System.Globalization;
using CryptoInsight.Engine;
using CryptoInsight.Engine.Jobs;

namespace CryptoInsight.Host.Output;

/// <summary>Where the jobs stand while somebody waits for them: a line that rewrites itself on a terminal, nothing in a pipe.</summary>
public sealed class JobProgress : IAsyncDisposable
{
    private readonly TextWriter _error;
    private readonly MedallionPipeline _pipeline;
    private readonly TimeProvider _clock;
    private readonly long _startedAt;
    private readonly ITimer? _timer;

    public JobProgress(TextWriter error, MedallionPipeline pipeline, TimeProvider clock)
    {
        _error = error;
        _pipeline = pipeline;
        _clock = clock;
        _startedAt = clock.GetTimestamp();
        if (!Console.IsErrorRedirected)
        {
            _timer = clock.CreateTimer(_ => Draw(), null, TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(200));
        }
    }

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
        IEnumerable<string> jobs = _pipeline.Jobs.All.Select(j => string.Create(CultureInfo.InvariantCulture, $"{j.JobId} {StateWord.Of(j.State)} {j.RowsIn:N0} rows"));
        _error.Write(string.Create(CultureInfo.InvariantCulture, $"\r\u001b[2K{string.Join(" | ", jobs)} | {_clock.GetElapsedTime(_startedAt).TotalSeconds:N0} s"));
    }
}
