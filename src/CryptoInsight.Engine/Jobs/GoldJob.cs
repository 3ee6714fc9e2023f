using CryptoInsight.Delta;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine.Symbols;
using CryptoInsight.Lake;
using CryptoInsight.Lake.FearGreed;
using CryptoInsight.Lake.Silver;

namespace CryptoInsight.Engine.Jobs;

/// <summary>The driver of <c>03_aggregate_gold_binance</c>: row changes of Silver and versions of the index in, questions to the symbols, one Gold commit per step out.</summary>
/// <remarks>Gold is a function of (Silver version, index version, settings); the commit carries all three. Every symbol with changes is asked, and every known symbol when the watermark
/// or the index moved. If a symbol's past is lost, the settings changed, or others changed rows of Gold, the whole of Gold is computed anew and compared row by row.</remarks>
public sealed class GoldJob : ITableJob
{
    public const string Id = "03_aggregate_gold_binance";
    public const string ChartsPosition = "gold/charts";
    public const string IndexPosition = "gold/fng";
    public const string ConfigPosition = "gold/config";

    /// <summary>In place of the settings' generation while a comparison of all of Gold is under way in several commits: whoever finds it, after a crash or a RESTORE, compares again.</summary>
    public const long Unfinished = 0;

    /// <summary>The default of <c>gold.rebuild-rows-max</c>.</summary>
    public const int RebuildRowsMax = 300_000;

    private readonly LakeTables _lake;
    private readonly SignalSettings _settings;
    private readonly ISymbols _symbols;
    private readonly ISnapshotShelf _shelf;
    private readonly TimeProvider _clock;
    private readonly SilverHorizon _horizon;
    private readonly GoldKeys _goldKeys;
    private readonly string? _whyRebuild;
    private readonly int _rebuildRowsMax;
    private SignalPosition _at;
    private long? _keptTurn;
    private long _baseVersion;

    private GoldJob(
        LakeTables lake, SignalSettings settings, ISymbols symbols, ISnapshotShelf shelf, TimeProvider clock, SilverHorizon horizon, GoldKeys goldKeys, SignalPosition at, long baseVersion, string? whyRebuild, int rebuildRowsMax)
    {
        _lake = lake;
        _settings = settings;
        _symbols = symbols;
        _shelf = shelf;
        _clock = clock;
        _horizon = horizon;
        _goldKeys = goldKeys;
        _at = at;
        _baseVersion = baseVersion;
        _whyRebuild = whyRebuild;
        _rebuildRowsMax = rebuildRowsMax;
    }

    public long Position => _whyRebuild is null ? _at.SilverVersion : -1;

    public long OutputVersion => _baseVersion;

    /// <summary>Starts without a cache of states.</summary>
    public static Task<ITableJob> StartAsync(LakeTables lake, SignalSettings settings, ISymbols symbols, TimeProvider clock, JobStart start, CancellationToken ct) =>
        StartAsync(lake, settings, symbols, NoSnapshots.Instance, clock, start, RebuildRowsMax, ct);

    /// <summary>Reads the three positions from Gold, and from Silver and the index as of the first two what the arithmetic depends on besides the candles.</summary>
    /// <param name="rebuildRowsMax">Differences held at once while all of Gold is compared: more are written in several commits, of which only the last moves the positions.</param>
    public static async Task<ITableJob> StartAsync(
        LakeTables lake, SignalSettings settings, ISymbols symbols, ISnapshotShelf shelf, TimeProvider clock, JobStart start, int rebuildRowsMax, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(lake);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(shelf);
        Snapshot gold = await lake.Gold.Table.RefreshAsync(ct).ConfigureAwait(false);
        settings = WatermarkSetting.Applied(settings, gold);
        Snapshot silver = await lake.Silver.Table.RefreshAsync(ct).ConfigureAwait(false);
        FearGreedVersion newest = await lake.Index.NewestAsync(ct).ConfigureAwait(false);
        long charts = gold.TransactionVersion(ChartsPosition) ?? -1;
        long fng = gold.TransactionVersion(IndexPosition) ?? -1;
        long generation = SettingsGeneration.Of(settings, silver.Metadata.Id, newest.TableId);
        string? whyRebuild =
            start == JobStart.Beginning ? "it was asked for"
            : gold.TransactionVersion(ConfigPosition) == Unfinished ? "an earlier comparison of it did not come to its end"
            : await lake.Gold.Table.NewestForeignChangeAsync(ChartsPosition, gold, ct).ConfigureAwait(false) is { } foreign ? $"others changed rows of Gold in version {foreign}"
            : charts < 0 ? null
            : gold.TransactionVersion(ConfigPosition) != generation ? "the settings or the tables that it reads are others"
            : charts > silver.Version ? $"{SilverChartsTable.Name} is older than what Gold was made from"
            : null;
        var horizon = new SilverHorizon();
        FearGreedIndex index = FearGreedIndex.Empty;
        if (whyRebuild is null)
        {
            try
            {
                await horizon.LoadAsync(lake.Silver, charts, shelf, ct).ConfigureAwait(false);
                index = await lake.Index.AtAsync(fng, ct).ConfigureAwait(false);
            }
            catch (Exception gone) when (gone is VersionNotFoundException or MissingFileException)
            {
                whyRebuild = $"what it was made from is cleaned ({gone.Message})";
            }
        }

        GoldKeys keys = whyRebuild is null ? await GoldKeys.LoadAsync(lake.Gold, gold, ct).ConfigureAwait(false) : new GoldKeys();
        var at = new SignalPosition(charts, fng, generation, horizon.Watermarks(settings), index);
        return new GoldJob(lake, settings, symbols, shelf, clock, horizon, keys, at, gold.Version, whyRebuild, rebuildRowsMax);
    }

    public async Task<bool> HasOtherWorkAsync(CancellationToken ct) =>
        _whyRebuild is not null || !(await _lake.Index.NewestAsync(ct).ConfigureAwait(false)).Index.Equals(_at.Index);

    public async Task<StepOutcome> StepAsync(TailStep step, CancellationToken ct)
    {
        if (_whyRebuild is not null)
        {
            return await RebuildAsync(_whyRebuild, ct).ConfigureAwait(false);
        }

        return step switch
        {
            TailStep.Versions versions => await SilverChanges.ReadAsync(_lake.Silver, versions, ct).ConfigureAwait(false) is { } changes
                ? await TakeAsync(changes, versions.ToInclusive, ct).ConfigureAwait(false)
                : await RebuildAsync($"the changes of {SilverChartsTable.Name} since version {versions.FromExclusive} are cleaned", ct).ConfigureAwait(false),
            TailStep.CaughtUp => await TakeAsync(SilverChanges.None, _at.SilverVersion, ct).ConfigureAwait(false),
            _ => await RebuildAsync($"{SilverChartsTable.Name} cannot be followed from version {_at.SilverVersion}: {step}", ct).ConfigureAwait(false),
        };
    }

    private async Task<StepOutcome> TakeAsync(SilverChanges changes, long silverVersion, CancellationToken ct)
    {
        FearGreedVersion index = await _lake.Index.NewestAsync(ct).ConfigureAwait(false);
        Func<Symbol, bool> hadSymbol = _horizon.Symbols.ToHashSet().Contains;
        try
        {
            await _horizon.ApplyAsync(changes, _lake.Silver, silverVersion, ct).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is VersionNotFoundException or MissingFileException)
        {
            return await RebuildAsync($"version {silverVersion} of {SilverChartsTable.Name} is cleaned already", ct).ConfigureAwait(false);
        }

        var to = new SignalPosition(silverVersion, index.Version, _at.ConfigGeneration, _horizon.Watermarks(_settings), index.Index);
        bool reachesAll = !to.Watermarks.Equals(_at.Watermarks) || !index.Index.Equals(_at.Index);
        IEnumerable<Symbol> asked = reachesAll ? _horizon.Symbols.Union(changes.BySymbol.Keys) : changes.BySymbol.Keys;
        SymbolAnswers answers = await _symbols.AskAsync([.. asked], _at, to, changes.BySymbol, ct).ConfigureAwait(false);
        if (answers.Lost is { } lost)
        {
            return await RebuildAsync($"a symbol's past is gone ({lost})", ct).ConfigureAwait(false);
        }

        (List<SignalRow> inserts, List<SignalRow> replacements) = _goldKeys.Split(answers.Delta.Upserts, hadSymbol);
        StepOutcome outcome = await CommitAsync(inserts, replacements, answers.Delta.Deletes, to, changes.RowCount, ct).ConfigureAwait(false);
        if (outcome is StepOutcome.Advanced && _shelf.EveryVersions > 0 && silverVersion / _shelf.EveryVersions != _keptTurn)
        {
            _keptTurn = silverVersion / _shelf.EveryVersions;
            _horizon.Keep(_lake.Silver, silverVersion, _shelf);
        }

        return outcome;
    }

    /// <summary>Computes all of Gold at the newest versions and writes what differs, in one commit unless that is too much to hold. The job then starts again from there.</summary>
    private async Task<StepOutcome> RebuildAsync(string why, CancellationToken ct)
    {
        Snapshot silver = await _lake.Silver.Table.RefreshAsync(ct).ConfigureAwait(false);
        FearGreedVersion index = await _lake.Index.NewestAsync(ct).ConfigureAwait(false);
        var horizon = new SilverHorizon();
        try
        {
            await horizon.LoadAsync(_lake.Silver, silver.Version, ct).ConfigureAwait(false);
        }
        catch (MissingFileException gone)
        {
            throw new IOException($"A file of {SilverChartsTable.Name} went while Gold was computed from it: {gone.Message}", gone); // compacted and vacuumed meanwhile: the next try reads newer files
        }

        var at = new SignalPosition(
            silver.Version, index.Version, SettingsGeneration.Of(_settings, silver.Metadata.Id, index.TableId), horizon.Watermarks(_settings), index.Index);

        Snapshot gold = await _lake.Gold.Table.SnapshotAtAsync(_baseVersion, ct).ConfigureAwait(false);
        long written = 0, deleted = 0;
        string? refused = null;
        var comparison = new GoldComparison(_lake.Gold, gold, _symbols, _rebuildRowsMax, async held =>
        {
            written += held.Inserts.Count + held.Replacements.Count;
            deleted += held.Deletes.Count;
            return refused = await CommitPartAsync(held, ct).ConfigureAwait(false);
        });
        if (await comparison.RunAsync(horizon.Symbols, at, ct).ConfigureAwait(false) is { } ended)
        {
            return refused is not null
                ? new StepOutcome.StartAgain(refused)
                : throw new IOException($"Gold could not be computed anew at version {silver.Version} of {SilverChartsTable.Name}: {ended}");
        }

        StepOutcome outcome = await CommitAsync(comparison.Inserts, comparison.Replacements, comparison.Deletes, at, comparison.RowsCompared, ct).ConfigureAwait(false);
        return outcome.Match<StepOutcome>(
            advanced => new StepOutcome.StartAgain(
                $"{why}: Gold was compared with a full computation at Silver version {at.SilverVersion}, {written + advanced.Report.RowsOut} rows written, {deleted + comparison.Deletes.Count} deleted")
            {
                Committed = advanced.Report with { RowsOut = written + advanced.Report.RowsOut },
            },
            again => again);
    }

    /// <summary>A part of a comparison that is too large for one commit; null: done, else why the job must start again.</summary>
    private async Task<string?> CommitPartAsync(GoldComparison held, CancellationToken ct)
    {
        CommitOutcome outcome = await _lake.Gold.CommitAsync(
            held.Inserts, held.Replacements, held.Deletes, UnixMicros.From(_clock.GetUtcNow()), [new AppTransaction(ConfigPosition, Unfinished)], _baseVersion, ct).ConfigureAwait(false);
        string? Moved(long version)
        {
            _baseVersion = version;
            held.Written();
            return null;
        }

        return outcome.Match(committed => Moved(committed.Version), nothing => Moved(nothing.Version), superseded => superseded.Why, conflict => conflict.Why);
    }

    private async Task<StepOutcome> CommitAsync(
        List<SignalRow> inserts, List<SignalRow> replacements, IReadOnlyList<SignalKey> deletes, SignalPosition to, long rowsIn, CancellationToken ct)
    {
        AppTransaction[] positions =
        [
            new(ChartsPosition, to.SilverVersion), new(IndexPosition, to.IndexVersion), new(ConfigPosition, to.ConfigGeneration),
        ];
        CommitOutcome outcome = await _lake.Gold.CommitAsync(
            inserts, replacements, deletes, UnixMicros.From(_clock.GetUtcNow()), positions, _baseVersion, ct).ConfigureAwait(false);
        var report = new StepReport(to.SilverVersion, 0)
        {
            RowsIn = rowsIn,
            RowsAccepted = rowsIn,
            RowsOut = inserts.Count + replacements.Count,
            RowsCorrected = CorrectedCount(inserts.Concat(replacements).Select(r => r.Key).Concat(deletes)),
        };
        StepOutcome Advanced(long version)
        {
            _at = to;
            _baseVersion = version;
            _goldKeys.Remember(inserts);
            _goldKeys.Remember(replacements);
            return new StepOutcome.Advanced(report with { OutputVersion = version });
        }

        return outcome.Match(
            committed => Advanced(committed.Version),
            nothing => Advanced(nothing.Version),
            superseded => new StepOutcome.StartAgain(superseded.Why),
            conflict => new StepOutcome.StartAgain(conflict.Why));
    }

    /// <summary>How many of the changed rows time had made final at the position before.</summary>
    private long CorrectedCount(IEnumerable<SignalKey> changed)
    {
        Dictionary<Interval, Interval> sourceOf = _settings.Timeframes.ToDictionary(t => t.Window, t => t.Source);
        return changed.LongCount(k => sourceOf.TryGetValue(k.Timeframe, out Interval? source)
            && _at.Watermarks[source] is { } watermark && k.Timeframe.Next(k.BucketStart) <= watermark);
    }
}
