using CryptoInsight.Delta.Predicates;
using CryptoInsight.Domain.Market;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Gold;

namespace CryptoInsight.Host.Api;

/// <summary>The newest rows of one series before an instant, read from the tables by a window that is widened until it holds enough.</summary>
public sealed class SeriesReader(LakeTables lake)
{
    /// <summary>Outages leave holes, so a window of exactly n lengths may hold fewer rows.</summary>
    private const double Slack = 1.1;

    private const int WideningsMax = 6;

    public Task<IReadOnlyList<StampedSignal>> SignalsAsync(Symbol symbol, Interval timeframe, int count, UnixMicros before, CancellationToken ct) =>
        NewestAsync(timeframe, count, before, "bucket_start", [Predicate.Equal("symbol", symbol.Code), Predicate.Equal("timeframe", timeframe.Code)], SignalsAsync, s => s.Row.BucketStart, ct);

    public Task<IReadOnlyList<Candle>> CandlesAsync(Symbol symbol, Interval interval, int count, UnixMicros before, CancellationToken ct) =>
        NewestAsync(interval, count, before, "open_time", [Predicate.Equal("symbol", symbol.Code), Predicate.Equal("interval", interval.Code)], CandlesAsync, c => c.OpenTime, ct);

    private static async Task<IReadOnlyList<T>> NewestAsync<T>(
        Interval length, int count, UnixMicros before, string timeColumn, Predicate[] series, Func<Predicate, CancellationToken, Task<List<T>>> read, Func<T, UnixMicros> timeOf, CancellationToken ct)
    {
        TimeSpan one = length.FixedLength ?? TimeSpan.FromDays(31);
        double window = count * Slack;
        for (int widening = 0; ; widening++, window *= 8)
        {
            bool isAll = widening == WideningsMax || window * one.TotalDays > 36_500;
            UnixMicros from = isAll ? UnixMicros.Earliest : UnixMicros.Max(UnixMicros.Earliest, before - one * window);
            var predicate = new Predicate.And(
            [
                .. series, Predicate.Between(timeColumn, from.Value, before.Value - 1), Predicate.Between("dt", (long)from.Day, (long)before.Day),
            ]);
            List<T> rows = await read(predicate, ct);
            if (rows.Count >= count || from == UnixMicros.Earliest)
            {
                return [.. rows.OrderBy(timeOf).TakeLast(count)];
            }
        }
    }

    private async Task<List<StampedSignal>> SignalsAsync(Predicate predicate, CancellationToken ct)
    {
        List<StampedSignal> rows = [];
        await foreach (IReadOnlyList<StampedSignal> some in lake.Gold.ReadAsync(lake.Gold.Table.Snapshot, predicate, ct))
        {
            rows.AddRange(some);
        }

        return rows;
    }

    private async Task<List<Candle>> CandlesAsync(Predicate predicate, CancellationToken ct)
    {
        List<Candle> rows = [];
        await foreach (IReadOnlyList<SilverCandle> some in lake.Silver.ReadAsync(lake.Silver.Table.Snapshot, predicate, ct))
        {
            rows.AddRange(some.Select(s => s.Candle));
        }

        return rows;
    }
}
