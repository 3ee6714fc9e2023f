using CryptoInsight.Delta.Actions;
using CryptoInsight.Engine.Flows;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Engine.Tests.Flows;

public sealed class BookmarksSpecs
{
    private readonly Dictionary<string, long> _written = [];

    [Fact]
    public void A_range_that_joins_moves_the_bookmark_to_its_last_open_time()
    {
        Bookmarks bookmarks = NewBookmarks();
        AppTransaction moved = Assert.Single(bookmarks.Advance([Range(0, 10)]));
        Assert.Equal("ingest/BTCUSDT/1m", moved.AppId);
        Assert.Equal(Sample.MinuteAt(9).Milliseconds, moved.Version);
        Assert.Equal(Sample.MinuteAt(10), bookmarks.CompleteTo(Sample.Btc, Sample.Minute));
    }

    [Fact]
    public void A_live_range_beyond_a_hole_waits_until_the_backfill_reaches_it()
    {
        Bookmarks bookmarks = NewBookmarks();
        Assert.Empty(bookmarks.Advance([Range(20, 21)]));
        Assert.Empty(bookmarks.Advance([Range(21, 22)]));
        Assert.Equal(Sample.MinuteAt(9).Milliseconds, Assert.Single(bookmarks.Advance([Range(0, 10)])).Version);
        Assert.Equal(Sample.MinuteAt(21).Milliseconds, Assert.Single(bookmarks.Advance([Range(10, 20)])).Version);
    }

    [Fact]
    public void A_range_that_was_read_before_moves_nothing()
    {
        Bookmarks bookmarks = NewBookmarks();
        bookmarks.Advance([Range(0, 10)]);
        Assert.Empty(bookmarks.Advance([Range(8, 10)]));
    }

    [Fact]
    public void A_new_start_goes_on_after_the_written_bookmark()
    {
        foreach (AppTransaction moved in NewBookmarks().Advance([Range(0, 10)]))
        {
            _written[moved.AppId] = moved.Version;
        }

        Assert.Equal(Sample.MinuteAt(10), NewBookmarks().CompleteTo(Sample.Btc, Sample.Minute));
    }

    private Bookmarks NewBookmarks() =>
        new([new SeriesStart(Sample.Btc, Sample.Minute, Sample.Start, Sample.MinuteAt(20))], id => _written.TryGetValue(id, out long v) ? v : null);

    private static FetchedRange Range(int from, int to) =>
        new(Sample.Btc, Sample.Minute, Sample.MinuteAt(from), Sample.MinuteAt(to), [.. Enumerable.Range(from, to - from).Select(m => Sample.Raw(Sample.Btc, m, 100))], Sample.MinuteAt(to));
}
