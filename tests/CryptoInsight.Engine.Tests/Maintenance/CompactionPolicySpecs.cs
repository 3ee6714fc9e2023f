using CryptoInsight.Engine.Maintenance;
using CryptoInsight.Engine.Options;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Lake.DeadLetters;
using CryptoInsight.Lake.Gold;
using CryptoInsight.Lake.Silver;

namespace CryptoInsight.Engine.Tests.Maintenance;

public sealed class CompactionPolicySpecs
{
    private const long Mib = 1 << 20;

    private static readonly DateTimeOffset s_noon = new(2026, 5, 10, 12, 0, 0, TimeSpan.Zero);
    private static readonly MaintenanceOptions s_options = EngineOptions.FromConfig(ShippedConfig.Reference).Maintenance;

    [Fact]
    public void A_quiet_lake_is_left_alone()
    {
        (CompactionSpec? work, _) = CompactionPolicy.Next([Table(SilverChartsTable.Name, Today(Files(5, 30_000)))], s_options, Fresh(), s_noon);
        Assert.Null(work);
    }

    [Fact]
    public void Many_small_files_of_a_day_that_is_written_to_are_merged_at_once()
    {
        (CompactionSpec? work, _) = CompactionPolicy.Next([Table(SilverChartsTable.Name, Today(Files(16, 30_000)))], s_options, Fresh(), s_noon);
        Assert.Equal((UpkeepKind.Pack, UpkeepCause.Pressure, SilverChartsTable.Name), (work!.Kind, work.Cause, work.Table));
        Assert.Equal(["2026-05-10"], work.Partitions);
    }

    [Fact]
    public void What_an_operator_asks_for_comes_before_pressure_and_before_what_the_schedule_left_waiting()
    {
        CompactionSpec Piece(UpkeepCause cause, string table) => new(table, UpkeepKind.CleanLog, cause, []);
        UpkeepState state = CompactionPolicy.Asked(Fresh(), [Piece(UpkeepCause.Schedule, "a"), Piece(UpkeepCause.Operator, "b"), Piece(UpkeepCause.Schedule, "c"), Piece(UpkeepCause.Operator, "d")]);
        List<string> order = [];
        while (!state.Waiting.IsEmpty)
        {
            (CompactionSpec? work, state) = CompactionPolicy.Next([], s_options, state, s_noon);
            order.Add(work!.Table);
        }

        Assert.Equal(["b", "d", "a", "c"], order);
    }

    [Fact]
    public void Under_lasting_pressure_what_waits_gets_every_ninth_turn()
    {
        TableLoad crowded = Table(SilverChartsTable.Name, Today(Files(40, 30_000)));
        UpkeepState state = CompactionPolicy.Asked(Fresh(), [.. Enumerable.Range(0, 3).Select(_ => new CompactionSpec(BronzeChartsTable.Name, UpkeepKind.CleanLog, UpkeepCause.Schedule, []))]);
        List<UpkeepCause> causes = [];
        for (int turn = 0; turn < 27; turn++)
        {
            (CompactionSpec? work, state) = CompactionPolicy.Next([crowded], s_options, state, s_noon);
            causes.Add(work!.Cause);
        }

        Assert.Equal([8, 17, 26], causes.Select((c, i) => (c, i)).Where(x => x.c == UpkeepCause.Schedule).Select(x => x.i));
    }

    [Fact]
    public void A_merge_takes_up_its_size_class_and_those_below_and_leaves_the_larger_ones()
    {
        // 128 MiB target: classes end at 192 KiB, 1.5 MiB, 12 MiB, 96 MiB.
        long[] sizes = [.. Files(16, 100_000), .. Files(15, Mib), .. Files(15, 5 * Mib)];
        (CompactionSpec? work, _) = CompactionPolicy.Next([Table(SilverChartsTable.Name, Today(sizes))], s_options, Fresh(), s_noon);
        Assert.Equal(192 << 10, work!.SmallFileBytesMax);
        (work, _) = CompactionPolicy.Next([Table(SilverChartsTable.Name, Today([.. Files(15, 100_000), .. Files(16, Mib)]))], s_options, Fresh(), s_noon);
        Assert.Equal(1536 << 10, work!.SmallFileBytesMax);
    }

    [Fact]
    public void Appending_for_days_rewrites_a_byte_once_per_size_class_and_keeps_the_files_few()
    {
        List<long> files = [];
        long appended = 0, rewritten = 0;
        int most = 0;
        for (int commit = 0; commit < 86_400; commit++)
        {
            files.Add(30_000);
            appended += 30_000;
            while (CompactionPolicy.Next([Table(SilverChartsTable.Name, Today([.. files.Where(f => f < 96 * Mib)]))], s_options, Fresh(), s_noon).Work is { } work)
            {
                long merged = files.Where(f => f < work.SmallFileBytesMax).Sum();
                files.RemoveAll(f => f < work.SmallFileBytesMax);
                rewritten += merged;
                for (; merged > 0; merged -= 128 * Mib)
                {
                    files.Add(Math.Min(merged, 128 * Mib));
                }
            }

            most = Math.Max(most, files.Count);
        }

        Assert.InRange(most, 16, 4 * 16 + (int)(appended / (96 * Mib)) + 1);
        Assert.InRange((double)rewritten / appended, 1, 4.5);
    }

    [Fact]
    public void The_most_crowded_partition_of_all_tables_comes_first()
    {
        (CompactionSpec? work, _) = CompactionPolicy.Next(
            [Table(SilverChartsTable.Name, Today(Files(20, 30_000))), Table(GoldSignalsTable.Name, Today(Files(40, 30_000))), Table(BronzeChartsTable.Name, Today(Files(30, 30_000)))], s_options, Fresh(), s_noon);
        Assert.Equal(GoldSignalsTable.Name, work!.Table);
    }

    [Fact]
    public void Closed_days_are_laid_out_on_schedule_the_newest_first_and_a_round_ends()
    {
        UpkeepState state = Fresh();
        List<PartitionLoad> left = [.. Enumerable.Range(1, 200).Select(ago => Closed(ago, Files(3, 30_000)))];
        TableLoad table = Table(SilverChartsTable.Name, [.. left]);
        Assert.Null(CompactionPolicy.Next([table], s_options, state, s_noon.AddMinutes(19)).Work);
        List<string?> done = [];
        while (true)
        {
            (CompactionSpec? work, state) = CompactionPolicy.Next([Table(SilverChartsTable.Name, [.. left])], s_options, state, s_noon.AddMinutes(21));
            if (work is null)
            {
                break;
            }

            Assert.Equal((UpkeepKind.Cluster, UpkeepCause.Schedule), (work.Kind, work.Cause));
            Assert.InRange(work.Partitions.Count, 1, s_options.RunPartitionsMax);
            done.AddRange(work.Partitions);
            left.RemoveAll(p => work.Partitions.Contains(p.Value));
        }

        Assert.Empty(left);
        Assert.Equal(done.OrderDescending(), done);
        Assert.Null(CompactionPolicy.Next([table], s_options, state, s_noon.AddMinutes(40)).Work);
        Assert.NotNull(CompactionPolicy.Next([table], s_options, state, s_noon.AddMinutes(81)).Work);
    }

    [Fact]
    public void A_long_past_day_that_a_backfill_writes_to_is_not_closed_until_it_is_quiet()
    {
        PartitionLoad written = Closed(300, Files(20, 30_000)) with { NewestAt = s_noon.AddMinutes(-1) };
        Assert.False(CompactionPolicy.IsClosed(written, s_options, s_noon));
        Assert.Equal(UpkeepKind.Pack, CompactionPolicy.Next([Table(SilverChartsTable.Name, written)], s_options, Fresh(), s_noon).Work!.Kind);
        Assert.True(CompactionPolicy.IsClosed(written, s_options, s_noon.AddMinutes(10)));
        Assert.Equal(UpkeepKind.Cluster, CompactionPolicy.Next([Table(SilverChartsTable.Name, written)], s_options, Fresh(), s_noon.AddMinutes(10)).Work!.Kind);
    }

    [Fact]
    public void Yesterday_is_open_for_an_hour_after_midnight()
    {
        PartitionLoad yesterday = Closed(1, Files(20, 30_000)) with { NewestAt = s_noon.AddHours(-12) };
        Assert.False(CompactionPolicy.IsClosed(yesterday, s_options, s_noon.AddHours(-11.5)));
        Assert.True(CompactionPolicy.IsClosed(yesterday, s_options, s_noon.AddHours(-11)));
    }

    [Fact]
    public void Cleaning_lets_letters_go_then_cleans_the_log_then_vacuums()
    {
        UpkeepState state = Fresh();
        List<(string, UpkeepKind)> done = [];
        TableLoad[] tables = [Table(SilverChartsTable.Name), Table(DeadLetterTable.Binance)];
        DateTimeOffset night = new(2026, 5, 11, 3, 41, 0, TimeSpan.Zero);
        while (true)
        {
            (CompactionSpec? work, state) = CompactionPolicy.Next(tables, s_options, state, night);
            if (work is null)
            {
                break;
            }

            done.Add((work.Table, work.Kind));
        }

        Assert.Equal(
            [(SilverChartsTable.Name, UpkeepKind.CleanLog), (SilverChartsTable.Name, UpkeepKind.Vacuum), (DeadLetterTable.Binance, UpkeepKind.LetGo), (DeadLetterTable.Binance, UpkeepKind.CleanLog), (DeadLetterTable.Binance, UpkeepKind.Vacuum)],
            done);
        Assert.Null(CompactionPolicy.Next(tables, s_options, state, night.AddHours(20)).Work);
    }

    [Fact]
    public void A_table_that_fails_is_left_alone_for_a_while_and_the_others_go_on()
    {
        TableLoad[] tables = [Table(SilverChartsTable.Name, Today(Files(40, 30_000))), Table(GoldSignalsTable.Name, Today(Files(20, 30_000)))];
        UpkeepState state = CompactionPolicy.Ended(Fresh(), SilverChartsTable.Name, isDone: false, s_noon);
        Assert.Equal(GoldSignalsTable.Name, CompactionPolicy.Next(tables, s_options, state, s_noon).Work!.Table);
        Assert.Equal(SilverChartsTable.Name, CompactionPolicy.Next(tables, s_options, state, s_noon.AddMinutes(1)).Work!.Table);
        state = CompactionPolicy.Ended(state, SilverChartsTable.Name, isDone: false, s_noon.AddMinutes(1));
        Assert.Equal(GoldSignalsTable.Name, CompactionPolicy.Next(tables, s_options, state, s_noon.AddMinutes(2)).Work!.Table);
        state = CompactionPolicy.Ended(state, SilverChartsTable.Name, isDone: true, s_noon.AddMinutes(4));
        Assert.Empty(state.Failing);
    }

    [Fact]
    public void What_is_asked_for_comes_before_everything_else_even_where_nothing_is_done_unasked()
    {
        TableLoad crowded = Table(SilverChartsTable.Name, Today(Files(40, 30_000)), Closed(2, Files(2, 30_000)));
        MaintenanceOptions off = s_options with { IsOn = false };
        Assert.Null(CompactionPolicy.Next([crowded], off, Fresh(), s_noon).Work);
        UpkeepState state = CompactionPolicy.Asked(Fresh(), CompactionPolicy.Everything(crowded, off, s_noon, dryRun: true));
        List<UpkeepKind> done = [];
        while (true)
        {
            (CompactionSpec? work, state) = CompactionPolicy.Next([crowded], off, state, s_noon);
            if (work is null)
            {
                break;
            }

            Assert.True(work.DryRun);
            Assert.Equal(UpkeepCause.Operator, work.Cause);
            done.Add(work.Kind);
        }

        Assert.Equal([UpkeepKind.Pack, UpkeepKind.Cluster, UpkeepKind.CleanLog, UpkeepKind.Vacuum], done);
    }

    private static UpkeepState Fresh() => new(s_noon);

    private static TableLoad Table(string name, params PartitionLoad[] partitions) => new(name, 7, partitions);

    private static PartitionLoad Today(IReadOnlyList<long> bytes) => new("2026-05-10", new DateOnly(2026, 5, 10), s_noon, bytes, bytes);

    private static PartitionLoad Closed(int daysAgo, IReadOnlyList<long> bytes)
    {
        DateOnly day = new DateOnly(2026, 5, 10).AddDays(-daysAgo);
        return new PartitionLoad(day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), day, s_noon.AddDays(-1), bytes, bytes);
    }

    private static long[] Files(int count, long bytes) => [.. Enumerable.Repeat(bytes, count)];
}
