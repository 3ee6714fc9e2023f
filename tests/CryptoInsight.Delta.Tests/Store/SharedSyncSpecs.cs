using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Tests.Store;

public sealed class SharedSyncSpecs
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Callers_that_wait_for_a_running_sync_share_the_next_one()
    {
        using var running = new ManualResetEventSlim();
        using var mayEnd = new ManualResetEventSlim();
        int syncs = 0;
        SharedSync shared = new(() =>
        {
            if (Interlocked.Increment(ref syncs) == 1)
            {
                running.Set();
                Assert.True(mayEnd.Wait(s_patience), "the test did not let the first sync end");
            }
        });
        Task first = OnItsThread(shared.Run);
        Assert.True(running.Wait(s_patience), "the first sync did not begin");
        Task[] waiting = [.. Enumerable.Range(0, 8).Select(_ => OnItsThread(shared.Run))];
        Assert.True(SpinWait.SpinUntil(() => shared.Asked == 9, s_patience), $"{shared.Asked} of 9 callers asked");
        mayEnd.Set();
        await Task.WhenAll([first, .. waiting]);
        Assert.Equal(2, syncs); // the running one began before they asked, so it covers none of them
    }

    [Fact]
    public void One_after_another_each_syncs()
    {
        int syncs = 0;
        SharedSync shared = new(() => syncs++);
        shared.Run();
        shared.Run();
        Assert.Equal(2, syncs);
    }

    [Fact]
    public void A_failure_covers_nobody()
    {
        int syncs = 0;
        SharedSync shared = new(() =>
        {
            if (++syncs == 1)
            {
                throw new IOException("no space");
            }
        });
        Assert.Throws<IOException>(shared.Run);
        shared.Run();
        Assert.Equal(2, syncs);
    }

    private static Task OnItsThread(Action work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
