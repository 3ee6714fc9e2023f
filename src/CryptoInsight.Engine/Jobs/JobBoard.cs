using System.Collections.Concurrent;

namespace CryptoInsight.Engine.Jobs;

/// <summary>Where all jobs stand, for whoever asks: the API, health checks, and those that wait for a position.</summary>
public sealed class JobBoard
{
    private readonly ConcurrentDictionary<string, JobStatus> _jobs = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly List<Waiter> _waiters = [];

    private sealed record Waiter(string JobId, long Position, TaskCompletionSource<JobStatus> Reached);

    public IReadOnlyCollection<JobStatus> All => [.. _jobs.Values.OrderBy(j => j.JobId, StringComparer.Ordinal)];

    public JobStatus? Find(string jobId) => _jobs.GetValueOrDefault(jobId);

    public void Publish(JobStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        Waiter[] done;
        lock (_gate)
        {
            _jobs[status.JobId] = status;
            done = [.. _waiters.Where(w => w.JobId == status.JobId && IsDone(w, status))];
            _waiters.RemoveAll(done.Contains);
        }

        foreach (Waiter waiter in done)
        {
            waiter.Reached.TrySetResult(status);
        }
    }

    /// <summary>The job's status once it stands at the position or beyond, or once it has FAILED or is paused.</summary>
    public async Task<JobStatus> ReachedAsync(string jobId, long position, CancellationToken ct)
    {
        Waiter waiter;
        lock (_gate)
        {
            waiter = new Waiter(jobId, position, new(TaskCreationOptions.RunContinuationsAsynchronously));
            if (_jobs.TryGetValue(jobId, out JobStatus? now) && IsDone(waiter, now))
            {
                return now;
            }

            _waiters.Add(waiter);
        }

        return await waiter.Reached.Task.WaitAsync(ct).ConfigureAwait(false);
    }

    private static bool IsDone(Waiter waiter, JobStatus status) => status.State is JobState.Failed or JobState.Paused || status.Position >= waiter.Position;
}
