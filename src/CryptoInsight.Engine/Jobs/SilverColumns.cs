using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Engine.Options;
using CryptoInsight.Lake.Silver;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Engine.Jobs;

/// <summary>Keeps the columns of <c>silver_charts</c> up with the configured wire schema: what an operator adds there is added here, before <c>dt</c>.</summary>
internal static class SilverColumns
{
    private const int AttemptsMax = 5;

    /// <summary>The newest snapshot of a table that has every configured column.</summary>
    /// <exception cref="SettingsException">A configured column is there with another type.</exception>
    public static async Task<Snapshot> EnsureAsync(SilverChartsTable silver, KlineWireSchema schema, CancellationToken ct)
    {
        for (int attempt = 0; attempt < AttemptsMax; attempt++)
        {
            Snapshot snapshot = await silver.Table.RefreshAsync(ct).ConfigureAwait(false);
            List<ExtraColumn> missing = Missing(snapshot, schema);
            if (missing.Count == 0)
            {
                return snapshot;
            }

            await silver.AddColumnsAsync(missing, ct).ConfigureAwait(false); // a conflict means that another node was faster: look again
        }

        throw new IOException($"The columns of {SilverChartsTable.Name} were changed {AttemptsMax} times while this job wanted to add its own; it tries again.");
    }

    private static List<ExtraColumn> Missing(Snapshot snapshot, KlineWireSchema schema)
    {
        List<ExtraColumn> missing = [];
        List<string> faults = [];
        foreach (WireColumn wanted in schema.ExtraColumns)
        {
            DataType type = TypeOf(wanted.Type);
            if (snapshot.Schema.Find(wanted.Name) is not { } there)
            {
                missing.Add(new ExtraColumn(wanted.Name, type));
            }
            else if (there.Type != type)
            {
                faults.Add($"cryptoinsight.{WireSchemaReader.Section}.{wanted.Name} is {type}, but {SilverChartsTable.Name} has that column as {there.Type}: a column keeps its type. Give the new one another name.");
            }
        }

        return faults.Count == 0 ? missing : throw new SettingsException(faults);
    }

    private static DataType TypeOf(WireType type) => type switch
    {
        WireType.Decimal => DataType.Double,
        WireType.Integer => DataType.Long,
        WireType.Integer32 => DataType.Integer,
        WireType.Boolean => DataType.Boolean,
        WireType.VenueTime => DataType.Timestamp,
        _ => DataType.String,
    };
}
