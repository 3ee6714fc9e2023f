using CryptoInsight.Delta;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Store;
using CryptoInsight.Domain.Market;
using CryptoInsight.Engine.Maintenance;
using CryptoInsight.Engine.Options;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Bronze;

namespace CryptoInsight.Engine.Tests.Maintenance;

/// <summary>Hours of one commit a second, of all symbols, with compaction beside it: virtual time, real tables, real files.</summary>
/// <remarks>The clock moves one second per commit. A piece of maintenance runs beside the commits, on other threads, and may take as long as they let it, but at most a virtual minute:
/// then the clock waits for it, for on a real machine that minute would be a minute.</remarks>
internal sealed class LongDay
{
    private const int PieceSecondsMax = 60;

    private static readonly Interval s_second = Interval.Parse("1s");

    private readonly string _folder;
    private readonly Symbol[] _symbols;
    private readonly MaintenanceOptions _options;
    private readonly SteppedClock _clock;
    private readonly List<TimeSpan> _alone = [];
    private readonly List<TimeSpan> _beside = [];
    private readonly TimeProvider _watch = TimeProvider.System;
    private LakeTables _lake = null!;
    private UpkeepWork _work = null!;
    private UpkeepState _state;
    private Task<UpkeepReport>? _piece;
    private int _since;

    public LongDay(string folder, DateTimeOffset start, int symbols, MaintenanceOptions options)
    {
        (_folder, _options) = (folder, options);
        _symbols = [.. Enumerable.Range(0, symbols).Select(k => Symbol.Parse($"S{k:000}USDT"))];
        _clock = new SteppedClock(start);
        _state = new UpkeepState(start);
    }

    public int Commits { get; private set; }

    public int FilesMax { get; private set; }

    public int FilesPerPartitionMax { get; private set; }

    /// <summary>Files of the first day at the end.</summary>
    public int ClosedFiles { get; private set; }

    public long Rows { get; private set; }

    public long BytesRewritten { get; private set; }

    public long BytesAppended { get; private set; }

    public List<UpkeepReport> Pieces { get; } = [];

    /// <summary>Versions on the way, with the rows that they must have.</summary>
    public List<(long Version, long Rows)> Samples { get; } = [];

    private DeltaTable Bronze => _lake.Bronze.Table;

    public string TableFolder { get; private set; } = "";

    /// <summary>How long appends took, slowest last: while nothing ran beside them, and beside maintenance.</summary>
    public (TimeSpan[] Alone, TimeSpan[] Beside) Appends => ([.. _alone.Order()], [.. _beside.Order()]);

    /// <summary>Opens or makes the table.</summary>
    public async Task BeginAsync()
    {
        _lake = await LakeTables.OpenOrCreateAsync(
            new LakeLocation(_folder, "demo_catalog", "demo_schema", path => new LocalObjectStore(Path.Combine(_folder, path), fsync: false)), new DeltaTableOptions { Clock = _clock });
        TableFolder = ((LocalObjectStore)Bronze.Store).RootPath;
        _work = new UpkeepWork(_lake, _options, TimeSpan.FromDays(90), TimeProvider.System);
    }

    /// <summary>Lets time pass, and remembers where the table stands then.</summary>
    public async Task RunAsync(int seconds)
    {
        for (int second = 0; second < seconds; second++, Commits++)
        {
            if (_piece is { IsCompleted: true } || (_piece is not null && Commits - _since >= PieceSecondsMax))
            {
                await EndPieceAsync();
            }

            if (_piece is null)
            {
                (CompactionSpec? next, _state) = CompactionPolicy.Next([TableLoad.Of(BronzeChartsTable.Name, Bronze, _options.Tables[BronzeChartsTable.Name])], _options, _state, _clock.GetUtcNow());
                (_piece, _since) = next is null ? (null, Commits) : (Task.Run(() => _work.RunAsync(next, CancellationToken.None)), Commits);
            }

            await AppendAsync();
            Look(Bronze.Snapshot);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Samples.Add((Bronze.Snapshot.Version, Bronze.Snapshot.RowCount!.Value));
    }

    /// <summary>Waits for what is under way.</summary>
    public async Task EndAsync()
    {
        await EndPieceAsync();
        Samples.Add((Bronze.Snapshot.Version, Bronze.Snapshot.RowCount!.Value));
        ClosedFiles = Bronze.Snapshot.Files.GroupBy(f => f.PartitionValues["dt"]).OrderBy(g => g.Key, StringComparer.Ordinal).First().Count();
        await Bronze.WhenIdleAsync();
        Assert.Null(Bronze.UpkeepFault);
    }

    private async Task EndPieceAsync()
    {
        if (_piece is not null)
        {
            UpkeepReport report = await _piece;
            Assert.True(report.IsDone, $"{report}");
            Pieces.Add(report);
            BytesRewritten += report.Spec.Kind is UpkeepKind.Pack or UpkeepKind.Cluster ? report.BytesRemoved : 0;
            _piece = null;
        }
    }

    private async Task AppendAsync()
    {
        UnixMicros open = UnixMicros.From(_clock.GetUtcNow());
        long ms = open.Milliseconds;
        List<RawCandle> rows = [.. _symbols.Select((symbol, k) => new RawCandle(
            "long-day", symbol, s_second, open, open + 1_200_000L, $"[{ms},\"{100 + k}\",\"{102 + k}\",\"{99 + k}\",\"{101 + k}\",\"{ms % 977}\",{ms + 999},\"{ms % 7919}\",5,\"4\",\"{ms % 31}\",\"0\"]", "stream", "hash", "run", null))];
        long start = _watch.GetTimestamp();
        CommitOutcome.Committed done = Assert.IsType<CommitOutcome.Committed>(await _lake.Bronze.AppendAsync(rows, []));
        (_piece is null ? _alone : _beside).Add(_watch.GetElapsedTime(start));
        BytesAppended += done.Metrics.BytesAdded;
        Rows += rows.Count;
    }

    private void Look(Snapshot snapshot)
    {
        if (snapshot.Files.Count > FilesPerPartitionMax)
        {
            FilesPerPartitionMax = Math.Max(FilesPerPartitionMax, snapshot.Files.GroupBy(f => f.PartitionValues["dt"]).Max(g => g.Count()));
        }

        FilesMax = Math.Max(FilesMax, snapshot.Files.Count);
    }
}
