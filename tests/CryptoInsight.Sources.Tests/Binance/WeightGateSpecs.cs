using CryptoInsight.Domain.Budget;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Sources.Tests.Binance;

public sealed class WeightGateSpecs : IDisposable
{
    private readonly ManualTime _time = new("2025-06-01T12:00:10Z");
    private readonly WeightGate _gate;

    public WeightGateSpecs()
    {
        _gate = new WeightGate(new WeightBudgetSpec(100, 100, 50, TimeSpan.FromSeconds(1)), new ServerClock(_time), _time);
        _gate.Return(_gate.EnterAsync(1, WeightPriority.Live, default).AsTask().GetAwaiter().GetResult(), new WeightFeedback.Answered(1));
    }

    public void Dispose() => _gate.Dispose();

    [Fact]
    public void A_request_that_fits_goes_at_once()
    {
        Assert.True(Enter(WeightPriority.Backfill, 40).IsCompletedSuccessfully);
        Assert.Equal(41, _gate.Facts.UsedThisMinute);
    }

    [Fact]
    public void Those_who_wait_go_when_the_next_minute_has_surely_begun_in_order_of_priority()
    {
        _ = Enter(WeightPriority.Live, 99);
        Task<WeightLease> backfill = Enter(WeightPriority.Backfill, 45);
        Task<WeightLease> gap = Enter(WeightPriority.GapRepair, 5);
        Task<WeightLease> live = Enter(WeightPriority.Live, 40);
        Assert.Equal([1, 1, 1], _gate.Facts.Waiting);

        _time.Advance(TimeSpan.FromSeconds(50.9));
        Assert.False(live.IsCompleted);

        // The request of 99 is still under way, so it is charged to this minute too until it comes back.
        _time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.False(live.IsCompleted);
    }

    [Fact]
    public async Task A_lease_that_comes_back_lets_the_next_one_in()
    {
        WeightLease lease = await Enter(WeightPriority.Live, 99);
        Task<WeightLease> live = Enter(WeightPriority.Live, 40);
        Task<WeightLease> gap = Enter(WeightPriority.GapRepair, 5);
        Task<WeightLease> backfill = Enter(WeightPriority.Backfill, 45);
        _gate.Return(lease, new WeightFeedback.Answered(100));
        Assert.False(live.IsCompleted);

        _time.Advance(TimeSpan.FromSeconds(51));

        Assert.True(live.IsCompletedSuccessfully);
        Assert.True(gap.IsCompletedSuccessfully); // 45 of 50
        Assert.False(backfill.IsCompleted); // 90 is paced to late in the minute
        _time.Advance(TimeSpan.FromSeconds(45));
        Assert.False(backfill.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(backfill.IsCompletedSuccessfully);
    }

    [Fact]
    public void Live_requests_do_not_wait_behind_history_that_is_spread()
    {
        _ = Enter(WeightPriority.Backfill, 49);
        Task<WeightLease> backfill = Enter(WeightPriority.Backfill, 20);
        Assert.False(backfill.IsCompleted);

        Assert.True(Enter(WeightPriority.Live, 20).IsCompletedSuccessfully);
        Assert.False(backfill.IsCompleted);
    }

    [Fact]
    public async Task History_gets_its_turn_however_much_is_live()
    {
        Task<WeightLease> backfill = Task.FromException<WeightLease>(new InvalidOperationException("not asked yet"));
        int live = 0;
        WeightLease block = await Enter(WeightPriority.Live, 99);
        _gate.Return(block, new WeightFeedback.Answered(100));
        backfill = Enter(WeightPriority.Backfill, 2);
        for (int i = 0; i < 60; i++)
        {
            _ = Enter(WeightPriority.Live, 2).ContinueWith(_ => Interlocked.Increment(ref live), TaskContinuationOptions.ExecuteSynchronously | TaskContinuationOptions.OnlyOnRanToCompletion);
        }

        _time.Advance(TimeSpan.FromSeconds(51));

        Assert.True(backfill.IsCompletedSuccessfully);
        Assert.Equal(10, _gate.Facts.Waiting[0] - 1); // 49 live ones and the backfill had room
    }

    [Fact]
    public async Task A_ban_shuts_the_gate_and_its_end_opens_it_for_one_probe()
    {
        WeightLease lease = await Enter(WeightPriority.Live, 1);
        _gate.Return(lease, new WeightFeedback.Banned(_time.Micros + 300_000_000));
        Task<WeightLease> first = Enter(WeightPriority.Live, 1);
        Task<WeightLease> second = Enter(WeightPriority.Live, 1);
        Assert.Equal((1L, _time.Micros + 300_000_000), (_gate.Facts.Banned, _gate.Facts.BlockedUntil!.Value));

        _time.Advance(TimeSpan.FromSeconds(299.9));
        Assert.False(first.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.2));

        Assert.True(first.IsCompletedSuccessfully);
        Assert.False(second.IsCompleted);
        _gate.Return(await first, new WeightFeedback.Answered(2));
        Assert.True(second.IsCompletedSuccessfully);
        Assert.Null(_gate.Facts.BlockedUntil);
    }

    [Fact]
    public async Task Who_gives_up_leaves_the_queue()
    {
        _ = Enter(WeightPriority.Live, 99);
        using CancellationTokenSource stop = new();
        Task<WeightLease> waiting = _gate.EnterAsync(50, WeightPriority.Live, stop.Token).AsTask();

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal([0, 0, 0], _gate.Facts.Waiting);
    }

    [Fact]
    public async Task What_can_never_fit_fails_and_a_closed_gate_lets_nobody_wait()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => Enter(WeightPriority.Live, 101));
        _ = Enter(WeightPriority.Live, 99);
        Task<WeightLease> waiting = Enter(WeightPriority.Live, 99);

        _gate.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Enter(WeightPriority.Live, 1));
    }

    [Fact]
    public void A_raised_limit_lets_the_waiting_in()
    {
        _ = Enter(WeightPriority.Live, 99);
        Task<WeightLease> waiting = Enter(WeightPriority.Live, 50);
        Assert.False(waiting.IsCompleted);

        _gate.Configure(new WeightBudgetSpec(6000));

        Assert.True(waiting.IsCompletedSuccessfully);
    }

    private Task<WeightLease> Enter(WeightPriority priority, int weight) => _gate.EnterAsync(weight, priority, default).AsTask();
}
