using CryptoInsight.Domain.Budget;
using CryptoInsight.Domain.Market;
using CsCheck;

namespace CryptoInsight.Domain.Tests.Budget;

/// <summary>INV-6, against a naive exchange that counts every request in the minute of its own clock in which it arrives.</summary>
public class WeightBudgetProperties
{
    private const long Second = 1_000_000;
    private const long Minute = 60 * Second;
    private static readonly UnixMicros s_start = new(1_750_000_000_000_000 / Minute * Minute);

    [Fact]
    public void No_minute_of_the_exchange_is_ever_overspent_whatever_clocks_wires_and_strangers_do() =>
        Gen.Select(Gen.Int[20, 150], Gen.OneOf(Gen.Const(-490_000L), Gen.Long[-490_000, 490_000], Gen.Const(490_000L)), Gen.Int[0, 100], s_wish.Array[1, 400])
            .Sample((limit, clockError, strangersPercent, wishes) => new World(limit, clockError, strangersPercent).Run(wishes), iter: 1_500);

    [Fact]
    public void Nothing_is_granted_while_blocked_and_every_wait_ends_later_than_now() =>
        Gen.Select(Gen.Int[20, 400], s_wish.Array[1, 200]).Sample((limit, wishes) =>
        {
            World world = new(limit, 0, 0);
            world.Run(wishes);
            Assert.Equal(0, world.GrantedWhileBlocked);
        }, iter: 1_000);

    [Fact]
    public void A_steady_hunger_gets_nearly_the_whole_budget_of_every_minute()
    {
        WeightBudgetSpec spec = new(6000);
        WeightBudgetState state = WeightBudgetState.Fresh(s_start);
        Dictionary<long, int> granted = [];
        UnixMicros now = s_start;
        int used = 0;
        long usedMinute = 0;
        while (now < s_start + 5 * Minute)
        {
            (state, WeightAnswer answer) = WeightBudget.Ask(state, spec, now, 2, urgent: false);
            now = answer.Match(
                g =>
                {
                    long minute = now.Value / Minute;
                    used = usedMinute == minute ? used + 2 : 2;
                    usedMinute = minute;
                    granted[minute] = used;
                    state = WeightBudget.Return(state, spec, now, g.Lease, new WeightFeedback.Answered(used));
                    return now + 1_000;
                },
                w =>
                {
                    Assert.True(w.Until > now);
                    return w.Until;
                },
                n => throw new Xunit.Sdk.XunitException("never fits"));
        }

        Assert.All(granted.Values.SkipLast(1), weight => Assert.InRange(weight, 5_000, 5_400));
    }

    private static readonly Gen<(long AfterMicros, int Weight, bool Urgent, long ThereMicros, long BackMicros, int Fate)> s_wish =
        Gen.Select(
            Gen.Frequency((8, Gen.Long[0, Second / 4]), (2, Gen.Long[0, 40 * Second])),
            Gen.Int[1, 20],
            Gen.Bool,
            Gen.Frequency((6, Gen.Long[0, 20_000]), (2, Gen.Long[0, 500_000]), (1, Gen.Long[0, 70 * Second])),
            Gen.Frequency((5, Gen.Long[0, 20_000]), (4, Gen.Long[0, Second]), (1, Gen.Long[0, 90 * Second])),
            Gen.Int[0, 100]);

    /// <summary>Our clock, the exchange's clock, the wire between them, and strangers who use a share of what we leave.</summary>
    private sealed class World(int limit, long clockError, int strangersPercent)
    {
        private readonly WeightBudgetSpec _spec = new(limit, 90, 50, TimeSpan.FromSeconds(1));
        private readonly Dictionary<long, int> _ours = [];
        private readonly Dictionary<long, int> _strangers = [];
        private readonly PriorityQueue<Action<UnixMicros>, long> _wire = new();
        private readonly Dictionary<long, (UnixMicros At, int Weight)> _untold = [];
        private readonly Dictionary<long, (int Reported, UnixMicros At)> _reports = [];
        private WeightBudgetState _state = WeightBudgetState.Fresh(s_start);
        private UnixMicros _blockedUntil;

        public int GrantedWhileBlocked { get; private set; }

        public void Run((long AfterMicros, int Weight, bool Urgent, long ThereMicros, long BackMicros, int Fate)[] wishes)
        {
            UnixMicros now = s_start + 7 * Second;
            foreach (var wish in wishes)
            {
                now += wish.AfterMicros;
                Deliver(now);
                (_state, WeightAnswer answer) = WeightBudget.Ask(_state, _spec, now, wish.Weight, wish.Urgent);
                UnixMicros asked = now;
                _ = answer.Match(
                    g =>
                    {
                        Send(asked, g.Lease, wish.ThereMicros, wish.BackMicros, wish.Fate);
                        return true;
                    },
                    w =>
                    {
                        Assert.True(w.Until > asked, $"waits until {w.Until}, which is not after {asked}");
                        return false;
                    },
                    n =>
                    {
                        Assert.True(wish.Weight > _spec.UsablePerMinute);
                        return false;
                    });
            }

            Deliver(now + 300 * Second);
            Assert.All(_ours, m => Assert.True(m.Value <= _spec.UsablePerMinute, $"minute {m.Key}: {m.Value} of {_spec.UsablePerMinute}"));
        }

        private void Send(UnixMicros now, WeightLease lease, long there, long back, int fate)
        {
            GrantedWhileBlocked += now < _blockedUntil ? 1 : 0;
            CheckAgainstReports(now, lease.Weight);
            _untold[lease.Id] = (now, lease.Weight);
            _wire.Enqueue(arrived =>
            {
                long minute = (arrived.Value + clockError) / Minute;
                _ours[minute] = _ours.GetValueOrDefault(minute) + lease.Weight;
                _strangers[minute] = Math.Max(_strangers.GetValueOrDefault(minute), (limit - _spec.UsablePerMinute) * strangersPercent / 100);
                int used = _ours[minute] + _strangers[minute];
                _wire.Enqueue(answered => Answer(now, answered, lease, used, fate), (arrived + back).Value);
            }, (now + there).Value);
        }

        private void Answer(UnixMicros sent, UnixMicros now, WeightLease lease, int used, int fate)
        {
            WeightFeedback feedback = fate switch
            {
                0 => new WeightFeedback.Lost(),
                1 => new WeightFeedback.Throttled(TimeSpan.FromSeconds(10)),
                2 => new WeightFeedback.Banned(now + 50 * Second),
                3 => new WeightFeedback.Answered(null),
                _ => new WeightFeedback.Answered(used),
            };
            _state = WeightBudget.Return(_state, _spec, now, lease, feedback);
            _blockedUntil = fate switch { 1 => UnixMicros.Max(_blockedUntil, now + 10 * Second), 2 => UnixMicros.Max(_blockedUntil, now + 50 * Second), _ => _blockedUntil };
            long first = (sent.Value - Second) / Minute;
            if (fate > 3)
            {
                _untold.Remove(lease.Id); // its own answer tells where it was counted
            }

            if (fate > 3 && first == (now.Value + Second) / Minute && used > _reports.GetValueOrDefault(first).Reported)
            {
                _reports[first] = (used, now);
            }
        }

        // What was granted since a report and has not been reported itself, together with what was reported, stays inside the budget.
        private void CheckAgainstReports(UnixMicros now, int weight)
        {
            long minute = now.Value / Minute;
            if (_reports.TryGetValue(minute, out (int Reported, UnixMicros At) report))
            {
                int since = _untold.Values.Where(g => g.At > report.At && g.At.Value / Minute == minute).Sum(g => g.Weight);
                Assert.True(report.Reported + since + weight <= _spec.UsablePerMinute, $"at {now}: {report.Reported} reported, {since} granted since, {weight} more");
            }
        }

        private void Deliver(UnixMicros until)
        {
            while (_wire.TryPeek(out Action<UnixMicros>? step, out long at) && at <= until.Value)
            {
                _wire.Dequeue();
                step(new UnixMicros(at));
            }
        }
    }
}
