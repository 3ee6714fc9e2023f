using CryptoInsight.Benchmarks.Data;
using CryptoInsight.Benchmarks.Measuring;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Store;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Silver;

namespace CryptoInsight.Benchmarks.Races;

/// <summary>A lake whose <c>silver_charts</c> came in as small commits, each a few minutes of all symbols.</summary>
internal sealed class MinuteLake
{
    private MinuteLake(string root, WideMarket market, DeltaTable table)
    {
        Root = root;
        Market = market;
        Table = table;
        Location = LakeLocation.Local(root);
    }

    public string Root { get; }

    public WideMarket Market { get; }

    public DeltaTable Table { get; }

    public LakeLocation Location { get; }

    /// <summary>The table's folder.</summary>
    public string TableFolder => ((LocalObjectStore)Table.Store).RootPath;

    /// <summary>The live files as a list for DuckDB's read_parquet.</summary>
    public string FileList => "[" + string.Join(", ", Table.Snapshot.Files.Select(f => $"'{Path.Combine(TableFolder, Uri.UnescapeDataString(f.Path))}'").Order(StringComparer.Ordinal)) + "]";

    public static async Task<MinuteLake> BuildAsync(string root, int symbols, int minutesPerFile, Report report)
    {
        WideMarket market = await WideMarket.LoadAsync(symbols).ConfigureAwait(false);
        report.Say(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"building a table of {market.Rows:N0} rows in {WideMarket.Days * WideMarket.MinutesPerDay / minutesPerFile:N0} files"));
        string folder = Path.Combine(root, "demo_catalog", "demo_schema", SilverChartsTable.Name);
        DeltaTable building = await DeltaTable.OpenOrCreateAsync(new LocalObjectStore(folder, fsync: false), SilverChartsTable.Definition).ConfigureAwait(false);
        for (int minute = 0; minute < WideMarket.Days * WideMarket.MinutesPerDay; minute += minutesPerFile)
        {
            await CommitRace.CommitAsync(building, market.Slice(minute, minutesPerFile), minute).ConfigureAwait(false);
        }

        await building.WhenIdleAsync().ConfigureAwait(false);
        DeltaTable table = await DeltaTable.OpenAsync(new LocalObjectStore(folder), new DeltaTableOptions { Encodings = SilverChartsTable.Definition.Encodings }).ConfigureAwait(false);
        return new MinuteLake(root, market, table);
    }
}
