using System.Collections.Concurrent;

namespace CryptoInsight.Engine.Jobs;

/// <summary>Where all jobs stand, for whoever asks: the API, health checks, and those that wait for a position.</summary>
public sealed class JobBoard
{
    private readonly ConcurrentDictionary<string, JobStatus> _jobs = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly List<Waiter> _waiters = [];

    private sealed record Waiter(string JobId, Func<JobStatus, bool> IsDone, TaskCompletionSource<JobStatus> Done);

    public IReadOnlyCollection<JobStatus> All => [.. _jobs.Values.OrderBy(j => j.JobId, StringComparer.Ordinal)];

    public JobStatus? Find(string jobId) => _jobs.GetValueOrDefault(jobId);

    public void Publish(JobStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        Waiter[] done;
        lock (_gate)
        {
            _jobs[status.JobId] = status;
            done = [.. _waiters.Where(w => w.JobId == status.JobId && w.IsDone(status))];
            _waiters.RemoveAll(done.Contains);
        }

        foreach (Waiter waiter in done)
        {
            waiter.Done.TrySetResult(status);
        }
    }

    /// <summary>The job's status once it stands at the position or beyond, or once it has FAILED or is paused.</summary>
    public Task<JobStatus> ReachedAsync(string jobId, long position, CancellationToken ct) =>
        WaitAsync(jobId, status => status.State is JobState.Failed or JobState.Paused || status.Position >= position, ct);

    /// <summary>The job's status once its run has ended: SUCCEEDED, FAILED or paused.</summary>
    public Task<JobStatus> EndedAsync(string jobId, CancellationToken ct) =>
        WaitAsync(jobId, status => status.State is JobState.Succeeded or JobState.Failed or JobState.Paused, ct);

    private async Task<JobStatus> WaitAsync(string jobId, Func<JobStatus, bool> isDone, CancellationToken ct)
    {
        Waiter waiter;
        lock (_gate)
        {
            if (_jobs.TryGetValue(jobId, out JobStatus? now) && isDone(now))
            {
                return now;
            }

            waiter = new Waiter(jobId, isDone, new(TaskCreationOptions.RunContinuationsAsynchronously));
            _waiters.Add(waiter);
        }

        return await waiter.Done.Task.WaitAsync(ct).ConfigureAwait(false);
    }
}
