namespace CryptoInsight.Simulation.Tests.Stage;

/// <summary>What a parked call waits for.</summary>
internal enum ParkedKind
{
    /// <summary>A call on a store.</summary>
    Store,

    /// <summary>A message on its way.</summary>
    Message,

    /// <summary>A timer: it may go off at any time, but rarely does while others have work.</summary>
    Pause,
}

/// <summary>The one thread of a run: everything that would wait is parked here, and the seed decides who goes on next.</summary>
/// <remarks>A parked call is completed on this thread by a task source that runs continuations inline; the product's code runs up to its next call and parks again.
/// This needs a thread without synchronization context, and no call of the product that hops to the thread pool: the store checks the thread of every call.</remarks>
internal sealed class Scheduler(Random random, Trace trace, SimulatedClock clock)
{
    private const double PauseShare = 0.03;
    private const double PromptShare = 0.85;

    private readonly List<Parked> _work = [];
    private readonly List<Parked> _pauses = [];
    private readonly int _thread = Environment.CurrentManagedThreadId;

    private sealed record Parked(SimulatedProcess Owner, string What, Action Run);

    public long Steps { get; private set; }

    public Trace Trace { get; } = trace;

    public Random Random { get; } = random;

    public SimulatedClock Clock { get; } = clock;

    /// <summary>Set when a promise is broken inside a continuation, where an exception would end in a task.</summary>
    public SimulationViolation? Violation { get; private set; }

    /// <summary>While true, everything parked is served and nothing is random but the order.</summary>
    public bool IsCalm { get; set; }

    public void Park(SimulatedProcess owner, ParkedKind kind, string what, Action run)
    {
        CheckThread(owner, what);
        if (owner.IsAlive)
        {
            (kind == ParkedKind.Pause ? _pauses : _work).Add(new Parked(owner, what, run));
        }
    }

    /// <summary>Whether a read is served at once: most are, so that a run's steps are not spent on opening logs.</summary>
    public bool IsPrompt(SimulatedProcess owner) => Environment.CurrentManagedThreadId == _thread && owner.IsAlive && owner.StalledUntil <= Steps && Random.NextDouble() < PromptShare;

    /// <summary>A timer of a process; what it waits for is the seed's business.</summary>
    public Task PauseAsync(SimulatedProcess owner, string why)
    {
        var source = new TaskCompletionSource();
        Park(owner, ParkedKind.Pause, $"pause: {why}", source.SetResult);
        return source.Task;
    }

    /// <summary>Ends a process: nothing that it had parked ever goes on.</summary>
    public void Kill(SimulatedProcess process)
    {
        process.Die();
        _work.RemoveAll(p => p.Owner == process);
        _pauses.RemoveAll(p => p.Owner == process);
        Trace.Add($"{process} died");
    }

    /// <summary>Lets one parked call go on; false if nothing is parked.</summary>
    public bool Step()
    {
        Steps++;
        List<Parked> from = _work.Count == 0 || (_pauses.Count > 0 && Random.NextDouble() < PauseShare) ? _pauses : _work;
        if (from.Count == 0)
        {
            return false;
        }

        int at = Random.Next(from.Count);
        Parked next = from[at];
        if (next.Owner.StalledUntil > Steps && !IsCalm)
        {
            return true; // its machine sleeps
        }

        from.RemoveAt(at);
        Clock.Advance(TimeSpan.FromMicroseconds(Random.Next(1, from == _pauses ? 3_000_000 : 3_000)));
        Trace.Add($"{next.Owner}: {next.What}");
        next.Run();
        if (Violation is not null)
        {
            throw Violation;
        }

        return true;
    }

    /// <summary>Every call of the product comes on the stage's own thread, or the run would not repeat.</summary>
    private void CheckThread(SimulatedProcess owner, string what)
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            throw Fail($"{owner}: {what} was called from another thread: something escaped to the thread pool.");
        }
    }

    /// <summary>Records the first broken promise; the run ends with it after the step.</summary>
    public SimulationViolation Fail(string why, Exception? cause = null) => Violation ??= new SimulationViolation(why, cause);
}
