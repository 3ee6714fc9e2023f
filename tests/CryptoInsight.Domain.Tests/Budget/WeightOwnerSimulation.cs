using CryptoInsight.Domain.Budget;
using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Tests.Budget;

/// <summary>Three nodes behind one IP, their messages delayed, one of them killed, strangers beside them: against an exchange that counts by its own clock.</summary>
public sealed class WeightOwnerSimulation
{
    private const long Second = 1_000_000;
    private const long Minute = 60 * Second;
    private static readonly UnixMicros s_start = new(1_750_000_000_000_000 / Minute * Minute);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void When_the_owner_is_killed_the_next_one_takes_over_and_no_request_is_refused(int seed)
    {
        World world = new(seed, limit: 300) { KillOwnerAt = s_start + 4 * Minute + new Random(seed).NextInt64(Minute) };
        world.Run(12 * Minute);
        Assert.Equal((0, 0), (world.Refused, world.RequestsInBans));
        Assert.Equal(2, world.Owners);
        int[] full = [.. world.Used.Where(m => m.Key > s_start.Value / Minute && m.Key < s_start.Value / Minute + 12).Select(m => m.Value)];
        Assert.All(full, used => Assert.InRange(used, 0, 300));
        Assert.True(full.Count(u => u >= 0.85 * 270) >= 8, $"The budget is used before and after: {string.Join(", ", full)}");
    }

    [Fact]
    public void A_stranger_whose_share_changes_leads_to_no_ban_and_at_most_one_refusal_a_change()
    {
        for (int seed = 1; seed <= 100; seed++)
        {
            World world = new(seed, limit: 300) { Strangers = minute => (int)(minute / 3 * 7919 % 5) * 60 };
            world.Run(15 * Minute);
            Assert.Equal(0, world.RequestsInBans);
            Assert.All(world.RefusedAt.GroupBy(minute => minute / 3), change => Assert.True(change.Count() <= 1, $"seed {seed}: {change.Count()} refusals after one change"));
            Assert.True(world.Used.Values.Sum() > 1_000, "Whoever waits for ever is never refused.");
        }
    }

    private sealed class World(int seed, int limit)
    {
        private static readonly string[] s_nodes = ["a", "b", "c"];

        private readonly Random _random = new(seed);
        private readonly PriorityQueue<Action, long> _events = new();
        private readonly WeightBudgetSpec _spec = new(limit);
        private readonly Dictionary<string, long> _clockError = s_nodes.ToDictionary(n => n, n => new Random(seed + n[0]).NextInt64(-200_000, 200_000));
        private readonly HashSet<string> _dead = [];
        private UnixMicros _now = s_start;
        private WeightOwnerState? _state;
        private string? _owner;
        private int _refusedThisMinute;
        private long _minute;
        private UnixMicros _bannedUntil;

        public UnixMicros? KillOwnerAt { get; init; }

        public Func<long, int> Strangers { get; init; } = _ => 0;

        public Dictionary<long, int> Used { get; } = [];

        public int Refused { get; private set; }

        /// <summary>The minutes of the refusals.</summary>
        public List<long> RefusedAt { get; } = [];

        public int RequestsInBans { get; private set; }

        public int Owners { get; private set; }

        public void Run(long length)
        {
            Elect("a");
            foreach (string node in s_nodes)
            {
                for (int i = 0; i < 4; i++)
                {
                    At(_random.Next(1_000), () => Want(node));
                }
            }

            if (KillOwnerAt is { } at)
            {
                At(at - _now, () =>
                {
                    _dead.Add(_owner!);
                    _owner = null;
                    _state = null;
                    At(7 * Second + _random.NextInt64(5 * Second), () => Elect("b"));
                });
            }

            UnixMicros end = s_start + length;
            while (_events.TryDequeue(out Action? next, out long when) && when < end.Value)
            {
                _now = new UnixMicros(when);
                next();
            }
        }

        private void At(long after, Action what) => _events.Enqueue(what, _now.Value + Math.Max(1, after));

        private long Wire() => 1_000 + _random.NextInt64(60_000);

        private UnixMicros ClockOf(string node) => _now + _clockError[node];

        private void Elect(string node)
        {
            _owner = node;
            _state = WeightOwner.TakeOver(++Owners, ClockOf(node), _spec);
        }

        private void Want(string node)
        {
            if (_dead.Contains(node))
            {
                return;
            }

            bool isAnswered = false;
            At(3 * Second, () =>
            {
                if (!isAnswered)
                {
                    Want(node); // no owner, or its answer was lost with it
                }
            });
            At(Wire(), () =>
            {
                if (_owner is not { } owner)
                {
                    return;
                }

                (_state, WeightAnswer answer, NodeLease? lease) = WeightOwner.Ask(_state!, _spec, ClockOf(owner), node, 2, urgent: _random.Next(4) == 0);
                At(Wire(), () =>
                {
                    if (isAnswered || _dead.Contains(node))
                    {
                        return;
                    }

                    isAnswered = true;
                    if (lease is { } granted)
                    {
                        Send(node, granted);
                    }
                    else
                    {
                        UnixMicros again = answer.Match(_ => _now, w => w.Until, _ => throw new Xunit.Sdk.XunitException("never fits"));
                        At(Math.Clamp(again - ClockOf(node), 20_000, 2 * Second), () => Want(node));
                    }
                });
            });
        }

        private void Send(string node, NodeLease lease)
        {
            if (!lease.MayUse(ClockOf(node)))
            {
                GiveBack(node, lease, new WeightFeedback.Lost());
                return;
            }

            At(Wire(), () =>
            {
                WeightFeedback feedback = Arrive();
                At(Wire(), () =>
                {
                    if (!_dead.Contains(node))
                    {
                        GiveBack(node, lease, feedback);
                    }
                });
            });
        }

        private void GiveBack(string node, NodeLease lease, WeightFeedback feedback)
        {
            At(Wire(), () =>
            {
                if (_owner is { } owner)
                {
                    _state = WeightOwner.Return(_state!, _spec, ClockOf(owner), lease, feedback);
                }
            });
            At(_random.Next(3_000), () => Want(node));
        }

        private WeightFeedback Arrive()
        {
            long minute = _now.Value / Minute;
            (_minute, _refusedThisMinute) = minute == _minute ? (_minute, _refusedThisMinute) : (minute, 0);
            if (_now < _bannedUntil)
            {
                RequestsInBans++;
                return new WeightFeedback.Banned(_bannedUntil);
            }

            Used[minute] = Used.GetValueOrDefault(minute) + 2;
            int used = Used[minute] + (int)(Strangers(minute) * (double)(_now.Value % Minute) / Minute);
            if (used <= limit)
            {
                return new WeightFeedback.Answered(used);
            }

            Refused++;
            RefusedAt.Add(minute);
            _bannedUntil = ++_refusedThisMinute > 10 ? _now + 2 * Minute : _bannedUntil;
            return new WeightFeedback.Throttled(TimeSpan.FromMicroseconds(Minute - _now.Value % Minute));
        }
    }
}
