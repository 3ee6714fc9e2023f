using System.Globalization;
using CryptoInsight.Lake;

namespace CryptoInsight.Host.SqlWorkers;

/// <summary>The SQL workers of a node: so many at once, so many waiting, everyone else is told to come again. Workers start when they are needed and end when nobody needs them.</summary>
public sealed class WorkerPool : IAsyncDisposable
{
    private readonly LakeLocation _lake;
    private readonly WorkerLimits _limits;
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _slots;
    private readonly Stack<WorkerProcess> _idle = new();
    private readonly HashSet<WorkerProcess> _all = [];
    private readonly CancellationTokenSource _closing = new();
    private readonly ITimer _sweep;
    private readonly Action<string>? _warn;
    private int _inside;
    private bool _isWarned;

    /// <param name="lake">What the workers read.</param>
    /// <param name="limits">What they may use.</param>
    /// <param name="clock">The node's clock.</param>
    /// <param name="warn">Told once if this machine cannot close a worker in as it should be.</param>
    public WorkerPool(LakeLocation lake, WorkerLimits limits, TimeProvider clock, Action<string>? warn = null)
    {
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(clock);
        _lake = lake;
        _limits = limits;
        _clock = clock;
        _warn = warn;
        _slots = new SemaphoreSlim(limits.Workers, limits.Workers);
        _sweep = clock.CreateTimer(_ => Sweep(), null, limits.IdleMax, limits.IdleMax);
    }

    /// <summary>Process ids of the workers that are there.</summary>
    public IReadOnlyList<int> Pids
    {
        get
        {
            lock (_idle)
            {
                return [.. _all.Select(w => w.Pid)];
            }
        }
    }

    /// <summary>What holds the newest worker back; null before the first.</summary>
    public WorkerProtocol.WorkerWalls? Walls { get; private set; }

    /// <summary>Runs one statement as soon as there is a worker for it.</summary>
    public async Task<WorkerAnswer> AskAsync(string statement, CancellationToken stop)
    {
        try
        {
            if (Interlocked.Increment(ref _inside) > _limits.Workers + _limits.QueueMax)
            {
                return new WorkerAnswer.Busy(string.Create(
                    CultureInfo.InvariantCulture, $"{_limits.Workers} statements run and {_limits.QueueMax} wait already. Nothing was run; try again in a few seconds."));
            }

            if (!await _slots.WaitAsync(_limits.QueueWaitMax, stop))
            {
                return new WorkerAnswer.Busy(string.Create(
                    CultureInfo.InvariantCulture, $"All {_limits.Workers} workers were busy for {_limits.QueueWaitMax.TotalSeconds:0} s. Nothing was run; try again in a few seconds."));
            }

            try
            {
                return await RunAsync(statement, stop);
            }
            finally
            {
                _slots.Release();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return new WorkerAnswer.Stopped();
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
        }
    }

    /// <summary>Ends all workers, whatever they do.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _sweep.DisposeAsync();
        WorkerProcess[] all;
        lock (_idle)
        {
            all = [.. _all];
            _all.Clear();
            _idle.Clear();
        }

        foreach (WorkerProcess worker in all)
        {
            worker.Dispose();
        }
    }

    private async Task<WorkerAnswer> RunAsync(string statement, CancellationToken stop)
    {
        WorkerProcess worker = Idle() ?? await StartAsync(stop);
        WorkerAnswer answer = await worker.AskAsync(statement, _clock, stop);
        if (worker.IsUsable)
        {
            Return(worker);
        }
        else
        {
            Remove(worker);
            _ = ReplaceAsync(); // the next one need not wait for a start
        }

        return answer;
    }

    private WorkerProcess? Idle()
    {
        lock (_idle)
        {
            return _idle.TryPop(out WorkerProcess? worker) ? worker : null;
        }
    }

    private async Task<WorkerProcess> StartAsync(CancellationToken ct)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, _closing.Token);
        WorkerProcess worker = await WorkerProcess.StartAsync(_lake, _limits, either.Token);
        bool isOurs;
        lock (_idle)
        {
            isOurs = !_closing.IsCancellationRequested;
            if (isOurs)
            {
                _all.Add(worker);
            }
        }

        if (!isOurs)
        {
            worker.Dispose(); // it became ready while the pool was being closed
            throw new OperationCanceledException(_closing.Token);
        }

        Walls = worker.Walls;
        if (!worker.Walls.AllHold && !_isWarned)
        {
            _isWarned = true;
            _warn?.Invoke($"SQL workers are not fully closed in on this machine ({worker.Walls}): statements are still checked, read-only, watched and ended at their limits.");
        }

        return worker;
    }

    private void Return(WorkerProcess worker)
    {
        worker.IdleSince = _clock.GetUtcNow();
        lock (_idle)
        {
            if (_all.Contains(worker))
            {
                _idle.Push(worker);
            }
        }
    }

    private async Task ReplaceAsync()
    {
        try
        {
            WorkerProcess worker = await StartAsync(CancellationToken.None);
            bool isOneTooMany;
            lock (_idle)
            {
                isOneTooMany = _all.Count > _limits.Workers || _closing.IsCancellationRequested;
            }

            if (isOneTooMany)
            {
                Remove(worker);
            }
            else
            {
                Return(worker);
            }
        }
        catch (Exception failed) when (failed is IOException or OperationCanceledException or System.ComponentModel.Win32Exception)
        {
            // The next statement starts one, and says so if that fails too.
        }
    }

    private void Remove(WorkerProcess worker)
    {
        lock (_idle)
        {
            _all.Remove(worker);
        }

        worker.Dispose();
    }

    /// <summary>Ends workers that nobody needed for long.</summary>
    private void Sweep()
    {
        DateTimeOffset before = _clock.GetUtcNow() - _limits.IdleMax;
        WorkerProcess[] old;
        lock (_idle)
        {
            old = [.. _idle.Where(w => w.IdleSince < before)];
            WorkerProcess[] young = [.. _idle.Where(w => w.IdleSince >= before)];
            _idle.Clear();
            foreach (WorkerProcess worker in young.Reverse())
            {
                _idle.Push(worker);
            }
        }

        foreach (WorkerProcess worker in old)
        {
            Remove(worker);
        }
    }
}
