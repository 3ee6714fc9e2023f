using CryptoInsight.Delta;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Lake.DeadLetters;
using CryptoInsight.Lake.FearGreed;
using CryptoInsight.Lake.Gold;
using CryptoInsight.Lake.Operations;
using CryptoInsight.Lake.Positions;
using CryptoInsight.Lake.Silver;

namespace CryptoInsight.Lake;

/// <summary>The tables of the medallion, opened; made first if they are not there.</summary>
public sealed record LakeTables(LakeLocation Location, BronzeChartsTable Bronze, SilverChartsTable Silver, GoldSignalsTable Gold, DeadLetterTable DeadLetters, OperationsTables Operations)
{
    /// <summary>The index by version, for whoever has to look it up.</summary>
    public FearGreedVersions Index => field ??= new(FearGreed.Silver.Table);

    /// <summary>The tables of the Fear and Greed index.</summary>
    public required FearGreedTables FearGreed { get; init; }

    /// <summary>The tables of top-trader positions.</summary>
    public required PositionTables Positions { get; init; }

    /// <summary>Told of readers that cleanup waits for too long.</summary>
    public required ReaderAlerts ReaderAlerts { get; init; }

    /// <summary>The tables' definitions by name.</summary>
    public static IReadOnlyDictionary<string, TableDefinition> Definitions { get; } = new Dictionary<string, TableDefinition>
    {
        [BronzeChartsTable.Name] = BronzeChartsTable.Definition,
        [DeadLetterTable.Binance] = DeadLetterTable.Definition,
        [SilverChartsTable.Name] = SilverChartsTable.Definition,
        [GoldSignalsTable.Name] = GoldSignalsTable.Definition,
        [BronzeFearGreedTable.Name] = BronzeFearGreedTable.Definition,
        [DeadLetterTable.FearGreed] = DeadLetterTable.Definition,
        [SilverFearGreedTable.Name] = SilverFearGreedTable.Definition,
        [GoldFearGreedTable.Name] = GoldFearGreedTable.Definition,
        [BronzePositionsTable.Name] = BronzePositionsTable.Definition,
        [DeadLetterTable.Leaderboard] = DeadLetterTable.Definition,
        [SilverPositionsTable.Name] = SilverPositionsTable.Definition,
        [GoldPositionsSummaryTable.Name] = GoldPositionsSummaryTable.Definition,
        [GoldPricePositions4hTable.Name] = GoldPricePositions4hTable.Definition,
        [JobRunsTable.Name] = JobRunsTable.Definition,
        [EventsTable.Name] = EventsTable.Definition,
        [GapsTable.Name] = GapsTable.Definition,
    };

    /// <summary>The tables by name, in the order of the flow.</summary>
    public IReadOnlyDictionary<string, DeltaTable> All => field ??= new OrderedDictionary<string, DeltaTable>
    {
        [BronzeChartsTable.Name] = Bronze.Table,
        [DeadLetterTable.Binance] = DeadLetters.Table,
        [SilverChartsTable.Name] = Silver.Table,
        [GoldSignalsTable.Name] = Gold.Table,
        [BronzeFearGreedTable.Name] = FearGreed.Bronze.Table,
        [DeadLetterTable.FearGreed] = FearGreed.DeadLetters.Table,
        [SilverFearGreedTable.Name] = FearGreed.Silver.Table,
        [GoldFearGreedTable.Name] = FearGreed.Gold.Table,
        [BronzePositionsTable.Name] = Positions.Bronze.Table,
        [DeadLetterTable.Leaderboard] = Positions.DeadLetters.Table,
        [SilverPositionsTable.Name] = Positions.Silver.Table,
        [GoldPositionsSummaryTable.Name] = Positions.Summary.Table,
        [GoldPricePositions4hTable.Name] = Positions.PricePositions.Table,
        [JobRunsTable.Name] = Operations.JobRuns.Table,
        [EventsTable.Name] = Operations.Events.Table,
        [GapsTable.Name] = Operations.Gaps.Table,
    };

    /// <summary>The dead-letter tables by name.</summary>
    public IReadOnlyDictionary<string, DeadLetterTable> Letters => field ??= new Dictionary<string, DeadLetterTable>
    {
        [DeadLetterTable.Binance] = DeadLetters, [DeadLetterTable.FearGreed] = FearGreed.DeadLetters, [DeadLetterTable.Leaderboard] = Positions.DeadLetters,
    };

    /// <summary>Whether a table holds the only copy of what was taken in.</summary>
    public static bool IsBronze(string name) => name is BronzeChartsTable.Name or BronzeFearGreedTable.Name or BronzePositionsTable.Name;

    public static async Task<LakeTables> OpenOrCreateAsync(LakeLocation location, DeltaTableOptions options, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(location);
        ArgumentNullException.ThrowIfNull(options);
        var alerts = new ReaderAlerts();

        // From Bronze nothing is ever taken that Silver has still to read: past the limit its reader is only reported.
        DeltaTableOptions Own(string name) => options with
        {
            ReaderLimitOnlyReports = options.ReaderLimitOnlyReports || IsBronze(name),
            OnReaderPastLimit = reader =>
            {
                options.OnReaderPastLimit?.Invoke(reader);
                alerts.Tell(name, reader);
            },
        };
        async Task<DeltaTable> OpenAsync(string name)
        {
            TableDefinition definition = Definitions[name];
            DeltaTableOptions own = Own(name) with { Encodings = definition.Encodings };
            DeltaTable table = await DeltaTable.OpenOrCreateAsync(location.StoreOf(name), definition, own, ct).ConfigureAwait(false);
            await LakeRestore.EndInterruptedAsync(table, definition, ct).ConfigureAwait(false);
            return table;
        }

        return new LakeTables(
            location,
            new BronzeChartsTable(await OpenAsync(BronzeChartsTable.Name).ConfigureAwait(false)),
            await SilverChartsTable.OpenOrCreateAsync(location.StoreOf(SilverChartsTable.Name), Own(SilverChartsTable.Name), ct).ConfigureAwait(false),
            new GoldSignalsTable(await OpenAsync(GoldSignalsTable.Name).ConfigureAwait(false)),
            new DeadLetterTable(await OpenAsync(DeadLetterTable.Binance).ConfigureAwait(false)),
            new OperationsTables(
                new JobRunsTable(await OpenAsync(JobRunsTable.Name).ConfigureAwait(false)),
                new EventsTable(await OpenAsync(EventsTable.Name).ConfigureAwait(false)),
                new GapsTable(await OpenAsync(GapsTable.Name).ConfigureAwait(false))))
        {
            ReaderAlerts = alerts,
            FearGreed = new FearGreedTables(
                new BronzeFearGreedTable(await OpenAsync(BronzeFearGreedTable.Name).ConfigureAwait(false)),
                new SilverFearGreedTable(await OpenAsync(SilverFearGreedTable.Name).ConfigureAwait(false)),
                new GoldFearGreedTable(await OpenAsync(GoldFearGreedTable.Name).ConfigureAwait(false)),
                new DeadLetterTable(await OpenAsync(DeadLetterTable.FearGreed).ConfigureAwait(false))),
            Positions = new PositionTables(
                new BronzePositionsTable(await OpenAsync(BronzePositionsTable.Name).ConfigureAwait(false)),
                new SilverPositionsTable(await OpenAsync(SilverPositionsTable.Name).ConfigureAwait(false)),
                new GoldPositionsSummaryTable(await OpenAsync(GoldPositionsSummaryTable.Name).ConfigureAwait(false)),
                new GoldPricePositions4hTable(await OpenAsync(GoldPricePositions4hTable.Name).ConfigureAwait(false)),
                new DeadLetterTable(await OpenAsync(DeadLetterTable.Leaderboard).ConfigureAwait(false))),
        };
    }
}
