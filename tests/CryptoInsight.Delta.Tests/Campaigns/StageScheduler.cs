namespace CryptoInsight.Delta.Tests.Campaigns;

/// <summary>What a held call may do when it is let go.</summary>
internal enum Permit
{
    Go,
    FailBefore,
    LoseReply,

    /// <summary>The caller is told that the call failed; it takes effect some steps later.</summary>
    LandLate,
}

/// <summary>A call of an actor that waits at a named phase until the scheduler lets it go.</summary>
/// <param name="Actor">Whose call it is.</param>
/// <param name="Incarnation">Which life of the actor: what a crashed life waits for is never let go.</param>
/// <param name="Name">What it is about to do, such as <c>put commit v7</c>.</param>
internal sealed record HeldPhase(StageActor Actor, int Incarnation, string Name)
{
    public bool IsCall { get; init; }

    public bool IsPut { get; init; }

    /// <summary>When it makes sense to let it go; null: always.</summary>
    public Func<bool>? IsReady { get; init; }

    public int HeldUntilStep { get; set; }

    // Continuations run at once, on the scheduler's own thread: that is what makes one seed one history.
    public TaskCompletionSource<Permit> Gate { get; } = new();
}

/// <summary>What can go wrong in one run.</summary>
internal sealed record FaultPlan(double Chance, int CountMax, bool Crashes, bool LatePuts)
{
    public static FaultPlan None { get; } = new(0, 0, false, false);
}

/// <summary>Runs actors on one thread: every one of them waits at a named phase, and a seed decides who goes on.</summary>
internal sealed class StageScheduler(int seed, FaultPlan faults, ManualClock clock)
{
    private const int StepsMax = 40_000;

    private readonly Random _random = new(seed);
    private readonly List<HeldPhase> _held = [];
    private readonly List<(int DueStep, DateTimeOffset PutAt, string Name, Action Effect)> _late = [];
    private List<StageActor> _actors = [];
    private int _faultCount;
    private bool _nightComes;

    /// <summary>Every step: who did what, and what became of it.</summary>
    public List<string> Trace { get; } = [];

    /// <summary>What ends the run: set where an exception would reach the engine first.</summary>
    public Exception? Failure { get; set; }

    public int Step { get; private set; }

    public int Crashes { get; private set; }

    /// <summary>Set by the world: what it may not allow the clock to skip (writers slower than the retention of files).</summary>
    public required TimeSpan OperationMax { get; init; }

    /// <summary>Whether every actor that is not a follower has ended.</summary>
    public bool OnlyFollowersLeft => _actors.TrueForAll(static a => a.IsFollower || a.Running.IsCompleted) && _late.Count == 0;

    public void Run(List<StageActor> actors)
    {
        _actors = actors;
        foreach (StageActor actor in actors)
        {
            actor.Start();
            CheckOnThread(actor);
        }

        while (true)
        {
            Step++;
            Assert.True(Step < StepsMax, "The actors make no progress.");
            LandLate(force: false);
            if (Pick() is not HeldPhase next)
            {
                if (_late.Count > 0)
                {
                    LandLate(force: true);
                    continue;
                }

                Assert.True(actors.TrueForAll(static a => a.Running.IsCompleted), "Some actor waits for what will never come.");
                return;
            }

            PassTime();
            Release(next);
            CheckOnThread(next.Actor);
        }
    }

    /// <summary>Holds the caller until the scheduler lets it go.</summary>
    public Task<Permit> HoldAsync(HeldPhase phase)
    {
        if (phase.Incarnation != phase.Actor.Incarnation)
        {
            return new TaskCompletionSource<Permit>().Task;
        }

        // Some phases are held for long: that is where histories differ.
        phase.HeldUntilStep = _random.Next(phase.IsPut ? 4 : 12) == 0 ? Step + _random.Next(1, 120) : 0;
        _held.Add(phase);
        return phase.Gate.Task;
    }

    /// <summary>Keeps the effect of a put for later.</summary>
    public void PutLate(string name, Action effect) => _late.Add((Step + _random.Next(1, 60), clock.GetUtcNow(), name, effect));

    private HeldPhase? Pick()
    {
        if (_nightComes)
        {
            if (_held.FindAll(static h => h.Actor.OperationBeganAt is not null) is { Count: > 0 } writing)
            {
                return writing[_random.Next(writing.Count)];
            }

            // Whoever reads is held over night: that is when files and log entries grow old under its hands.
            LandLate(force: true);
            _nightComes = false;
            clock.Advance(TimeSpan.FromMinutes(_random.Next(20, 150)));
            Trace.Add($"{Step} night, now {clock.GetUtcNow().ToUnixTimeMilliseconds()}");
        }

        List<HeldPhase> ready = _held.FindAll(h => h.IsReady?.Invoke() ?? true);
        if (ready.Count == 0)
        {
            return null;
        }

        List<HeldPhase> free = ready.FindAll(h => h.HeldUntilStep <= Step);
        return free.Count > 0 ? free[_random.Next(free.Count)] : ready.MinBy(static h => h.HeldUntilStep);
    }

    private void Release(HeldPhase phase)
    {
        _held.Remove(phase);
        if (phase.IsCall && _faultCount < faults.CountMax && _random.NextDouble() < faults.Chance * (phase.IsPut ? 6 : 1))
        {
            _faultCount++;
            int kind = _random.Next(faults.Crashes ? 6 : 4);
            if (kind >= 4)
            {
                Crash(phase, afterEffect: kind == 5);
                return;
            }

            Permit permit = kind switch { 0 or 1 => Permit.FailBefore, 2 when faults.LatePuts && phase.IsPut => Permit.LandLate, _ => Permit.LoseReply };
            Trace.Add($"{Step} {phase.Actor.Name}: {phase.Name} -> {permit}");
            phase.Gate.SetResult(permit);
            return;
        }

        Trace.Add($"{Step} {phase.Actor.Name}: {phase.Name}");
        phase.Gate.SetResult(Permit.Go);
    }

    private void Crash(HeldPhase phase, bool afterEffect)
    {
        Trace.Add($"{Step} {phase.Actor.Name}: {phase.Name} -> crash {(afterEffect ? "after" : "before")}");
        Crashes++;
        if (afterEffect && phase.IsPut && phase.Actor.EffectAtCrash(phase) is Action effect)
        {
            effect();
        }

        _held.RemoveAll(h => h.Actor == phase.Actor);
        phase.Actor.Restart();
    }

    private void LandLate(bool force)
    {
        foreach ((int DueStep, DateTimeOffset PutAt, string Name, Action Effect) late in _late.FindAll(l => force || l.DueStep <= Step))
        {
            _late.Remove(late);
            Trace.Add($"{Step} late: {late.Name}");
            late.Effect();
        }
    }

    // Seconds at most steps, sometimes minutes; but no writer is so slow that the retention of files passes it by. A night falls only when nobody writes.
    private void PassTime()
    {
        _nightComes |= _random.Next(100) == 0;
        TimeSpan jump = _random.Next(40) == 0 ? TimeSpan.FromMinutes(_random.Next(1, 20)) : TimeSpan.FromMilliseconds(_random.Next(0, 1500));
        DateTimeOffset then = clock.GetUtcNow() + jump;
        bool isTooSlow = _actors.Exists(a => !a.Running.IsCompleted && a.OperationBeganAt is { } began && then - began > OperationMax) || _late.Exists(l => then - l.PutAt > OperationMax);
        clock.Advance(isTooSlow ? TimeSpan.Zero : jump);
    }

    private void CheckOnThread(StageActor actor)
    {
        if (Failure is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(Failure);
        }

        if (actor.Running.IsFaulted)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(actor.Running.Exception!.InnerException!);
        }

        Assert.True(actor.Running.IsCompleted || _held.Exists(h => h.Actor == actor), $"{actor.Name} went on away from the scheduler's thread: the history is no longer the seed's.");
    }
}

/// <summary>Someone who works on the table: a process of its own, that may crash at any phase and starts again.</summary>
internal abstract class StageActor(string name)
{
    private readonly Dictionary<HeldPhase, Action> _effects = [];

    public string Name { get; } = name;

    public int Incarnation { get; private set; }

    public Task Running { get; private set; } = Task.CompletedTask;

    /// <summary>Whether it only follows others, and ends when they have ended.</summary>
    public virtual bool IsFollower => false;

    /// <summary>When the operation that writes files began; null while none runs.</summary>
    public DateTimeOffset? OperationBeganAt { get; protected set; }

    public void Start() => Running = LiveAsync();

    public void Restart()
    {
        _effects.Clear();
        Incarnation++;
        OperationBeganAt = null;
        Start();
    }

    /// <summary>What a held call would do: a crash may come after it.</summary>
    public void Remember(HeldPhase phase, Action effect) => _effects[phase] = effect;

    public void Forget(HeldPhase phase) => _effects.Remove(phase);

    public Action? EffectAtCrash(HeldPhase phase) => _effects.GetValueOrDefault(phase);

    protected abstract Task LiveAsync();
}
