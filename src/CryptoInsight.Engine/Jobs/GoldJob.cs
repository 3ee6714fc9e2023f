using CryptoInsight.Delta;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine.Symbols;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Silver;

namespace CryptoInsight.Engine.Jobs;

/// <summary>The driver of <c>03_aggregate_gold_binance</c>: Silver's row changes in, questions to the symbols, one Gold commit per step out.</summary>
/// <remarks>Gold is a function of (Silver version, index version, settings); the commit carries all three. Every symbol with changes is asked, and every
/// known symbol when the watermark moved. If a symbol's past is lost, or the settings changed, the whole of Gold is computed anew and compared row by row.</remarks>
public sealed class GoldJob : ITableJob
{
    public const string Id = "03_aggregate_gold_binance";
    public const string ChartsPosition = "gold/charts";
    public const string IndexPosition = "gold/fng";
    public const string ConfigPosition = "gold/config";

    private readonly LakeTables _lake;
    private readonly SignalSettings _settings;
    private readonly ISymbols _symbols;
    private readonly TimeProvider _clock;
    private readonly SilverHorizon _horizon;
    private readonly GoldKeys _goldKeys;
    private readonly bool _mustRebuild;
    private SignalPosition _at;
    private long _baseVersion;

    private GoldJob(
        LakeTables lake, SignalSettings settings, ISymbols symbols, TimeProvider clock, SilverHorizon horizon, GoldKeys goldKeys, SignalPosition at, long baseVersion, bool mustRebuild)
    {
        _lake = lake;
        _settings = settings;
        _symbols = symbols;
        _clock = clock;
        _horizon = horizon;
        _goldKeys = goldKeys;
        _at = at;
        _baseVersion = baseVersion;
        _mustRebuild = mustRebuild;
    }

    public long Position => _mustRebuild ? -1 : _at.SilverVersion;

    /// <summary>Reads the three positions from Gold, and from Silver as of the first what the watermark follows from.</summary>
    public static async Task<ITableJob> StartAsync(LakeTables lake, SignalSettings settings, ISymbols symbols, TimeProvider clock, JobStart start, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(lake);
        Snapshot gold = await lake.Gold.Table.RefreshAsync(ct).ConfigureAwait(false);
        Snapshot silver = await lake.Silver.Table.RefreshAsync(ct).ConfigureAwait(false);
        long charts = gold.TransactionVersion(ChartsPosition) ?? -1;
        long generation = SettingsGeneration.Of(settings);
        bool isNew = charts < 0;
        bool mustRebuild = !isNew && (start == JobStart.Beginning || charts > silver.Version || gold.TransactionVersion(ConfigPosition) != generation);
        var horizon = new SilverHorizon();
        if (!isNew && !mustRebuild)
        {
            mustRebuild = !await horizon.TryLoadAsync(lake.Silver, charts, ct).ConfigureAwait(false);
        }

        GoldKeys keys = await GoldKeys.LoadAsync(lake.Gold, gold, ct).ConfigureAwait(false);
        var at = new SignalPosition(
            mustRebuild ? -1 : charts, gold.TransactionVersion(IndexPosition) ?? 0, generation, horizon.Watermarks(settings), FearGreedIndex.Empty);
        return new GoldJob(lake, settings, symbols, clock, horizon, keys, at, gold.Version, mustRebuild);
    }

    public async Task<StepOutcome> StepAsync(TailStep step, CancellationToken ct)
    {
        if (_mustRebuild || step is not TailStep.Versions versions)
        {
            return await RebuildAsync(ct).ConfigureAwait(false);
        }

        SilverChanges changes = await SilverChanges.ReadAsync(_lake.Silver, versions, ct).ConfigureAwait(false);
        await _horizon.ApplyAsync(changes, _lake.Silver, versions.ToInclusive, ct).ConfigureAwait(false);
        SignalPosition to = _at with { SilverVersion = versions.ToInclusive, Watermarks = _horizon.Watermarks(_settings) };
        IEnumerable<Symbol> asked = to.Watermarks.Equals(_at.Watermarks) ? changes.BySymbol.Keys : _horizon.Symbols.Union(changes.BySymbol.Keys);
        SymbolAnswers answers = await _symbols.AskAsync([.. asked], _at, to, changes.BySymbol, ct).ConfigureAwait(false);
        return answers.Lost is { } lost
            ? new StepOutcome.StartAgain($"a symbol's past is gone ({lost}); Gold is compared with a full computation")
            : await CommitAsync(answers.Delta, to, changes.RowCount, ct).ConfigureAwait(false);
    }

    /// <summary>Computes all of Gold at the newest Silver version and writes what differs. The job then starts again from there.</summary>
    private async Task<StepOutcome> RebuildAsync(CancellationToken ct)
    {
        Snapshot silver = await _lake.Silver.Table.RefreshAsync(ct).ConfigureAwait(false);
        var horizon = new SilverHorizon();
        if (!await horizon.TryLoadAsync(_lake.Silver, silver.Version, ct).ConfigureAwait(false))
        {
            throw new IOException($"Version {silver.Version} of {SilverChartsTable.Name} was cleaned while Gold was rebuilt from it.");
        }

        SignalPosition at = _at with { SilverVersion = silver.Version, Watermarks = horizon.Watermarks(_settings) };
        SymbolAnswers answers = await _symbols.AskAllAsync([.. horizon.Symbols], at, ct).ConfigureAwait(false);
        if (answers.Lost is { } lost)
        {
            throw new IOException($"Gold could not be rebuilt: {lost}");
        }

        Snapshot gold = await _lake.Gold.Table.SnapshotAtAsync(_baseVersion, ct).ConfigureAwait(false);
        SignalDelta delta = await GoldKeys.DifferenceAsync(_lake.Gold, gold, answers.Delta.Upserts, ct).ConfigureAwait(false);
        StepOutcome outcome = await CommitAsync(delta, at, answers.Delta.Upserts.Count, ct).ConfigureAwait(false);
        return outcome.Match<StepOutcome>(
            advanced => new StepOutcome.StartAgain(
                $"Gold was compared with a full computation at Silver version {at.SilverVersion}: {delta.Upserts.Count} rows written, {delta.Deletes.Count} deleted") { Committed = advanced.Report },
            again => again);
    }

    private async Task<StepOutcome> CommitAsync(SignalDelta delta, SignalPosition to, long rowsIn, CancellationToken ct)
    {
        (List<SignalRow> inserts, List<SignalRow> replacements) = _goldKeys.Split(delta.Upserts);
        AppTransaction[] positions =
        [
            new(ChartsPosition, to.SilverVersion), new(IndexPosition, to.IndexVersion), new(ConfigPosition, to.ConfigGeneration),
        ];
        CommitOutcome outcome = await _lake.Gold.CommitAsync(
            inserts, replacements, delta.Deletes, UnixMicros.From(_clock.GetUtcNow()), positions, _baseVersion, ct).ConfigureAwait(false);
        return outcome.Match<StepOutcome>(
            committed => Advanced(committed.Version, delta, to, rowsIn),
            nothing => Advanced(nothing.Version, delta, to, rowsIn),
            superseded => new StepOutcome.StartAgain(superseded.Why),
            conflict => new StepOutcome.StartAgain(conflict.Why));
    }

    private StepOutcome.Advanced Advanced(long version, SignalDelta delta, SignalPosition to, long rowsIn)
    {
        _at = to;
        _baseVersion = version;
        _goldKeys.Remember(delta.Upserts);
        return new StepOutcome.Advanced(new StepReport(to.SilverVersion, version)
        {
            RowsIn = rowsIn,
            RowsAccepted = rowsIn,
            RowsOut = delta.Upserts.Count,
        });
    }
}
