using CryptoInsight.Delta;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Lake.DeadLetters;
using CryptoInsight.Lake.FearGreed;
using CryptoInsight.Lake.Gold;
using CryptoInsight.Lake.Operations;
using CryptoInsight.Lake.Silver;

namespace CryptoInsight.Lake;

/// <summary>The tables of the medallion, opened; made first if they are not there.</summary>
public sealed record LakeTables(LakeLocation Location, BronzeChartsTable Bronze, SilverChartsTable Silver, GoldSignalsTable Gold, DeadLetterTable DeadLetters, OperationsTables Operations)
{
    /// <summary>The index by version, for whoever has to look it up.</summary>
    public FearGreedVersions Index { get; init; } = new(Location);

    /// <summary>The tables' definitions by name.</summary>
    public static IReadOnlyDictionary<string, TableDefinition> Definitions { get; } = new Dictionary<string, TableDefinition>
    {
        [BronzeChartsTable.Name] = BronzeChartsTable.Definition,
        [DeadLetterTable.Binance] = DeadLetterTable.Definition,
        [SilverChartsTable.Name] = SilverChartsTable.Definition,
        [GoldSignalsTable.Name] = GoldSignalsTable.Definition,
        [JobRunsTable.Name] = JobRunsTable.Definition,
        [EventsTable.Name] = EventsTable.Definition,
    };

    public static async Task<LakeTables> OpenOrCreateAsync(LakeLocation location, DeltaTableOptions options, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(location);
        async Task<DeltaTable> OpenAsync(string name)
        {
            TableDefinition definition = Definitions[name];
            return await DeltaTable.OpenOrCreateAsync(location.StoreOf(name), definition, options with { Encodings = definition.Encodings }, ct).ConfigureAwait(false);
        }

        return new LakeTables(
            location,
            new BronzeChartsTable(await OpenAsync(BronzeChartsTable.Name).ConfigureAwait(false)),
            await SilverChartsTable.OpenOrCreateAsync(location.StoreOf(SilverChartsTable.Name), options, ct).ConfigureAwait(false),
            new GoldSignalsTable(await OpenAsync(GoldSignalsTable.Name).ConfigureAwait(false)),
            new DeadLetterTable(await OpenAsync(DeadLetterTable.Binance).ConfigureAwait(false)),
            new OperationsTables(
                new JobRunsTable(await OpenAsync(JobRunsTable.Name).ConfigureAwait(false)),
                new EventsTable(await OpenAsync(EventsTable.Name).ConfigureAwait(false))))
        {
            Index = new FearGreedVersions(location, options),
        };
    }
}
