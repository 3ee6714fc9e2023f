using System.Collections.Immutable;
using Cronos;
using CryptoInsight.Engine.Options;
using CryptoInsight.Lake.DeadLetters;

namespace CryptoInsight.Engine.Maintenance;

/// <summary>Decides what is done next for the lake. Pure: tables, settings, memory and clock come in, one piece of work comes out.</summary>
/// <remarks>
/// In this order: what was asked for; partitions under pressure, the most crowded first; closed partitions when their schedule says so, the newest first; cleaning when its schedule says so, piece by piece, pressure looked at in between.
/// Pressure is counted by size class, and a merge takes up its class and those below: so a byte is rewritten once per class, however often something is appended, and a partition never has more small
/// files than classes x <see cref="TableUpkeep.SmallFilesMax"/> for long.
/// </remarks>
public static class CompactionPolicy
{
    /// <summary>Each size class is so many times the one below.</summary>
    private const int ClassRatio = 8;

    private const int Classes = 4;

    /// <summary>Under lasting pressure cleaning still gets its turn: compaction itself makes what is to be cleaned.</summary>
    private const int PressedInARowMax = 8;

    /// <summary>One file alone is worth laying out only if a query would be spared something: below about a row group it would not.</summary>
    private const long AloneBytesMin = 2L << 20;

    private static readonly TimeSpan s_firstRetry = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_lastRetry = TimeSpan.FromHours(1);

    /// <summary>The next piece of work, or null, and the memory to decide with the next time.</summary>
    public static (CompactionSpec? Work, UpkeepState Next) Next(IReadOnlyList<TableLoad> tables, MaintenanceOptions options, UpkeepState state, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(tables);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(state);
        if (state.Waiting.FirstOrDefault(w => w.Cause == UpkeepCause.Operator) is { } asked)
        {
            int place = state.Waiting.TakeWhile(w => !ReferenceEquals(w, asked)).Count();
            return (asked, state with { Waiting = [.. state.Waiting.Where((_, i) => i != place)] });
        }

        bool isPassedOver = !state.Waiting.IsEmpty && state.PressedInARow >= PressedInARowMax;
        List<TableLoad> able = options.IsOn ? [.. tables.Where(t => !state.Failing.TryGetValue(t.Table, out (int Failures, DateTimeOffset Until) failing) || failing.Until <= now)] : [];
        if (!isPassedOver && Pressed(able, options, now) is { } pressed)
        {
            return (pressed, state with { PressedInARow = state.Waiting.IsEmpty ? 0 : state.PressedInARow + 1 });
        }

        if (state.Waiting.IsEmpty)
        {
            return Scheduled(able, options, state, now);
        }

        UpkeepState rest = state with { Waiting = state.Waiting.Dequeue(out CompactionSpec next), PressedInARow = 0 };
        return (next, rest);
    }

    /// <summary>Remembers what became of a piece of work.</summary>
    public static UpkeepState Ended(UpkeepState state, string table, bool isDone, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (isDone)
        {
            return state with { Failing = state.Failing.Remove(table) };
        }

        int failures = state.Failing.GetValueOrDefault(table).Failures + 1;
        TimeSpan pause = TimeSpan.FromTicks(Math.Min(s_lastRetry.Ticks, s_firstRetry.Ticks << Math.Min(failures - 1, 16)));
        return state with { Failing = state.Failing.SetItem(table, (failures, now + pause)) };
    }

    /// <summary>Puts work into the queue that somebody asks for.</summary>
    public static UpkeepState Asked(UpkeepState state, IEnumerable<CompactionSpec> work)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state with { Waiting = work.Aggregate(state.Waiting, (queue, spec) => queue.Enqueue(spec)) };
    }

    /// <summary>Everything that could be done for a table now, whatever the schedule says.</summary>
    public static IEnumerable<CompactionSpec> Everything(TableLoad table, MaintenanceOptions options, DateTimeOffset now, bool dryRun)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        List<PartitionLoad> closed = [.. table.Partitions.Where(p => p.ClusterBytes.Count > 0 && IsClosed(p, options, now)).OrderByDescending(p => p.Day)];
        IEnumerable<CompactionSpec> compaction =
        [
            .. table.Partitions.Where(p => p.PackBytes.Count > 1 && !closed.Contains(p)).Select(p => new CompactionSpec(table.Table, UpkeepKind.Pack, UpkeepCause.Operator, ValuesOf([p]))),
            .. Groups(closed, options).Select(g => new CompactionSpec(table.Table, UpkeepKind.Cluster, UpkeepCause.Operator, ValuesOf(g))),
        ];
        return compaction.Concat(Cleaning(table.Table, UpkeepCause.Operator)).Select(w => w with { DryRun = dryRun });
    }

    /// <summary>Whether a partition's day is over and nothing is being written to it.</summary>
    public static bool IsClosed(PartitionLoad partition, MaintenanceOptions options, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(partition);
        ArgumentNullException.ThrowIfNull(options);
        bool isOver = partition.Day is not { } day || new DateTimeOffset(day.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero) + options.ClosedAfter <= now;
        return isOver && partition.NewestAt + options.QuietAfter <= now;
    }

    private static CompactionSpec? Pressed(List<TableLoad> tables, MaintenanceOptions options, DateTimeOffset now)
    {
        (double Share, CompactionSpec? Work) worst = (0, null);
        foreach (TableLoad table in tables)
        {
            TableUpkeep upkeep = options.Tables[table.Table];
            foreach (PartitionLoad partition in table.Partitions)
            {
                bool isClosed = IsClosed(partition, options, now);
                (int files, long below) = isClosed ? (partition.ClusterBytes.Count, 0) : Crowd(partition, upkeep);
                double share = (double)files / upkeep.SmallFilesMax;
                if (share >= 1 && share > worst.Share)
                {
                    worst = (share, new CompactionSpec(table.Table, isClosed ? UpkeepKind.Cluster : UpkeepKind.Pack, UpkeepCause.Pressure, ValuesOf([partition]), below));
                }
            }
        }

        return worst.Work;
    }

    /// <summary>The smallest size class with too many files: how many they are, and the size that they are below.</summary>
    private static (int Files, long Below) Crowd(PartitionLoad partition, TableUpkeep upkeep)
    {
        long above = 0;
        for (int c = Classes - 1; c >= 0; c--)
        {
            long below = Math.Max(1, upkeep.FileBytesTarget / 4 * 3 / (long)Math.Pow(ClassRatio, c));
            int files = partition.PackBytes.Count(b => b >= above && b < below);
            if (files >= upkeep.SmallFilesMax)
            {
                return (files, below);
            }

            above = below;
        }

        return (0, 0);
    }

    private static (CompactionSpec? Work, UpkeepState Next) Scheduled(List<TableLoad> tables, MaintenanceOptions options, UpkeepState state, DateTimeOffset now)
    {
        foreach (TableLoad table in tables.Where(t => IsDue(options.Tables[t.Table].CompactAt, (t.Table, false), state, now)))
        {
            List<PartitionLoad> closed = [.. table.Partitions.Where(p => IsWorth(p.ClusterBytes) && IsClosed(p, options, now)).OrderByDescending(p => p.Day)];
            if (closed.Count > 0)
            {
                return (new CompactionSpec(table.Table, UpkeepKind.Cluster, UpkeepCause.Schedule, ValuesOf(Groups(closed, options)[0])), state);
            }

            state = state with { RoundsAt = state.RoundsAt.SetItem((table.Table, false), now) };
        }

        foreach (TableLoad table in tables.Where(t => IsDue(options.Tables[t.Table].CleanAt, (t.Table, true), state, now)))
        {
            state = Asked(state with { RoundsAt = state.RoundsAt.SetItem((table.Table, true), now) }, Cleaning(table.Table, UpkeepCause.Schedule));
        }

        return state.Waiting.IsEmpty ? (null, state) : Next([], options, state, now);
    }

    // The log first: it tells from which version on files are needed.
    private static IEnumerable<CompactionSpec> Cleaning(string table, UpkeepCause cause)
    {
        UpkeepKind[] kinds = table is DeadLetterTable.Binance or DeadLetterTable.FearGreed or DeadLetterTable.Leaderboard
            ? [UpkeepKind.LetGo, UpkeepKind.CleanLog, UpkeepKind.Vacuum]
            : [UpkeepKind.CleanLog, UpkeepKind.Vacuum];
        return kinds.Select(kind => new CompactionSpec(table, kind, cause, []));
    }

    private static bool IsDue(CronExpression schedule, (string Table, bool IsCleaning) round, UpkeepState state, DateTimeOffset now) =>
        schedule.GetNextOccurrence(state.RoundsAt.GetValueOrDefault(round, state.StartedAt).UtcDateTime, TimeZoneInfo.Utc) is { } due && due <= now.UtcDateTime;

    private static bool IsWorth(IReadOnlyList<long> bytes) => bytes.Count > 1 || (bytes.Count == 1 && bytes[0] >= AloneBytesMin);

    /// <summary>As many partitions at once as the budget of a piece allows, one at least.</summary>
    private static List<List<PartitionLoad>> Groups(List<PartitionLoad> partitions, MaintenanceOptions options)
    {
        List<List<PartitionLoad>> groups = [];
        long bytes = 0;
        foreach (PartitionLoad partition in partitions)
        {
            bytes += partition.ClusterBytes.Sum();
            if (groups.Count == 0 || groups[^1].Count >= options.RunPartitionsMax || bytes > options.RunBytesMax)
            {
                groups.Add([]);
                bytes = partition.ClusterBytes.Sum();
            }

            groups[^1].Add(partition);
        }

        return groups;
    }

    private static IReadOnlyList<string?> ValuesOf(IEnumerable<PartitionLoad> partitions) => [.. partitions.Where(p => p.Value is not null).Select(p => p.Value)];
}
