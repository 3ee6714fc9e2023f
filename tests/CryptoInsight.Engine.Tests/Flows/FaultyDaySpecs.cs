using CryptoInsight.Domain.Continuity;
using CryptoInsight.Domain.Market;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Sources.Binance;
using CryptoInsight.Sources.Tests.Binance;
using Xunit.Abstractions;

namespace CryptoInsight.Engine.Tests.Flows;

[Collection(nameof(VirtualTime))]
public sealed class FaultyDaySpecs(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1)]
    public async Task After_a_day_of_every_fault_each_candle_is_there_or_declared_absent_and_no_ban_was_ignored(int seed)
    {
        using FaultyDay day = new(seed, TimeSpan.FromHours(24));
        await day.RunAsync();
        LakeTables lake = await day.OpenAsync();
        List<RawCandle> rows = await RowsAsync(lake);
        List<Gap> gaps = [];
        await foreach (Gap gap in lake.Operations.Gaps.ReadAsync())
        {
            gaps.Add(gap);
        }

        ILookup<CandleKey, RawCandle> byKey = rows.Where(r => r.Key is not null).ToLookup(r => r.Key!.Value);
        int expected = 0, present = 0, absent = 0, open = 0;
        List<string> wrong = [];
        void Check(bool isRight, string otherwise)
        {
            if (!isRight)
            {
                wrong.Add(otherwise);
            }
        }

        foreach (CandleSeries series in day.Series)
        {
            UnixMicros head = series.Interval.Floor(day.Exchange.Now - TimeSpan.FromMinutes(3));
            for (UnixMicros t = day.Since(series); t < head; t = series.Interval.Next(t))
            {
                expected++;
                bool isAbsent = gaps.Any(g => g.State == GapState.Absent && Holds(g, series, t));
                if (byKey[new CandleKey(series.Symbol, series.Interval, t)].MaxBy(r => r.IngestTime) is { } newest)
                {
                    present++;
                    Check(day.IsTrulyThere(t), $"{series} {t} was never there");
                    Check(!isAbsent, $"{series} {t} is there and declared absent");
                    KlineReading.Parsed candle = Assert.IsType<KlineReading.Parsed>(KlineParser.Read(newest, KlineWireSchema.Binance));
                    Check(FaultyDay.TrueClose(t) == candle.Candle.Candle.Close.ToString(System.Globalization.CultureInfo.InvariantCulture), $"{series} {t} kept a provisional close ({newest.Source} {newest.IngestTime})");
                    continue;
                }

                Check(!day.IsTrulyThere(t), $"{series} {t} is lost");
                bool isOpen = gaps.Any(g => g.State == GapState.Open && Holds(g, series, t));
                Check(isAbsent || isOpen, $"{series} {t} is neither there, absent, nor in an open gap");
                absent += isAbsent ? 1 : 0;
                open += isAbsent ? 0 : 1;
            }

            long bookmark = lake.Bronze.Table.Snapshot.TransactionVersion(IngestPositions.Bookmark(series.Symbol, series.Interval)) ?? 0;
            Check(bookmark >= head.Milliseconds - 2 * (series.Interval.Next(head) - head) / 1_000, $"{series} has its bookmark at {bookmark}, far behind {head}");
        }

        int twice = rows.GroupBy(r => (r.Key, Close: KlineParser.Read(r, KlineWireSchema.Binance).Match(p => p.Candle.Candle, _ => default))).Sum(g => g.Count() - 1);
        output.WriteLine($"{expected} expected: {present} present, {absent} absent, {open} open; {rows.Count} rows, {twice} equal ones; {gaps.Count} gaps; {day.Requests} requests, {day.Restarts} nodes");
        output.WriteLine($"heap by hour: {string.Join(", ", day.Heap.Select(h => $"{h.Key} h {h.Value.Bytes / 1024.0 / 1024:0.0} MiB with {h.Value.Files} files"))}");
        Assert.True(wrong.Count == 0, $"{wrong.Count} wrong:\n{string.Join('\n', wrong.Take(20))}");
        Assert.Equal(0, day.Exchange.RequestsDuringBan);
        Assert.Empty(day.Log);
        Assert.Equal(0, open);
        Assert.InRange(twice, 0, day.Restarts * day.Series.Count * 30); // what a new node reads again; the same values twice are one row of Silver
        AssertFlat(day);
        Assert.Contains(gaps, g => g.State == GapState.Absent);
        Assert.Contains(gaps, g => g.State == GapState.Filled);
    }

    // Memory is flat but for the tables' own lists of files, some 2 KB each with its statistics: nobody compacts them here. A node's age moves it by 1.5 MB.
    private static void AssertFlat(FaultyDay day)
    {
        ((long Bytes, long Files) early, (long Bytes, long Files) late) = (day.Heap[2], day.Heap[24]);
        Assert.InRange(late.Bytes, 0, early.Bytes + 3_500 * (late.Files - early.Files));
    }

    private static bool Holds(Gap gap, CandleSeries series, UnixMicros t) =>
        gap.Symbol == series.Symbol && gap.Interval == series.Interval && gap.Range.From <= t && t < gap.Range.To;

    private static async Task<List<RawCandle>> RowsAsync(LakeTables lake)
    {
        List<RawCandle> rows = [];
        await foreach (IReadOnlyList<BronzeEntry> some in lake.Bronze.ReadAsync(lake.Bronze.Table.Snapshot.Files))
        {
            rows.AddRange(some.Select(e => e.Match(c => c, f => throw new InvalidDataException(f.RawJson))));
        }

        return rows;
    }
}
