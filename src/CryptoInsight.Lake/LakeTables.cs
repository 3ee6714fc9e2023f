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

    public static async Task<LakeTables> OpenOrCreateAsync(LakeLocation location, DeltaTableOptions options, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(location);
        async Task<DeltaTable> OpenAsync(string name)
        {
            TableDefinition definition = Definitions[name];
            DeltaTable table = await DeltaTable.OpenOrCreateAsync(location.StoreOf(name), definition, options with { Encodings = definition.Encodings }, ct).ConfigureAwait(false);
            await LakeRestore.EndInterruptedAsync(table, definition, ct).ConfigureAwait(false);
            return table;
        }

        return new LakeTables(
            location,
            new BronzeChartsTable(await OpenAsync(BronzeChartsTable.Name).ConfigureAwait(false)),
            await SilverChartsTable.OpenOrCreateAsync(location.StoreOf(SilverChartsTable.Name), options, ct).ConfigureAwait(false),
            new GoldSignalsTable(await OpenAsync(GoldSignalsTable.Name).ConfigureAwait(false)),
            new DeadLetterTable(await OpenAsync(DeadLetterTable.Binance).ConfigureAwait(false)),
            new OperationsTables(
                new JobRunsTable(await OpenAsync(JobRunsTable.Name).ConfigureAwait(false)),
                new EventsTable(await OpenAsync(EventsTable.Name).ConfigureAwait(false)),
                new GapsTable(await OpenAsync(GapsTable.Name).ConfigureAwait(false))))
        {
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
