using System.Globalization;
using System.Runtime.CompilerServices;
using CryptoInsight.Delta;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Lake.DeadLetters;
using CryptoInsight.Lake.FearGreed;
using CryptoInsight.Lake.Gold;
using CryptoInsight.Lake.Operations;
using CryptoInsight.Lake.Positions;
using CryptoInsight.Lake.Silver;
using CryptoInsight.Lake.Sql;

namespace CryptoInsight.Lake.Checks;

/// <summary>Checks of the lake's invariants on keys: none twice (INV-2), and none of Bronze lost on the way to Silver (INV-1).</summary>
public static class KeyChecks
{
    private const string NoneTwice = "keys once (INV-2)";
    private const string NoneLost = "no key lost (INV-1)";

    private static readonly Dictionary<string, string> s_keys = new()
    {
        [SilverChartsTable.Name] = "unique_key",
        [GoldSignalsTable.Name] = "symbol || '|' || timeframe || '|' || epoch_us(bucket_start)",
        [SilverFearGreedTable.Name] = "CAST(dt AS VARCHAR)", // one value a day
        [GoldFearGreedTable.Name] = "CAST(epoch_us(ts_utc) AS VARCHAR)",
        [DeadLetterTable.Binance] = "dlq_id",
        [DeadLetterTable.FearGreed] = "dlq_id",
        [DeadLetterTable.Leaderboard] = "dlq_id",
        [SilverPositionsTable.Name] = "unique_key",
        [GoldPositionsSummaryTable.Name] = "uid || '|' || symbol",
        [GoldPricePositions4hTable.Name] = "symbol || '|' || epoch_us(bucket_start)",
        [GapsTable.Name] = "symbol || '|' || interval || '|' || epoch_us(gap_start)",
    };

    /// <summary>The checks that a table has.</summary>
    /// <param name="lake">The lake.</param>
    /// <param name="name">The table.</param>
    /// <param name="silverJob">The job whose position in Silver says which Bronze versions were judged.</param>
    /// <param name="ct">Stops the checks.</param>
    public static async IAsyncEnumerable<CheckOutcome> RunAsync(LakeLocation lake, string name, string silverJob, [EnumeratorCancellation] CancellationToken ct = default)
    {
        if (s_keys.TryGetValue(name, out string? key))
        {
            yield return await TableChecks.GuardedAsync(name, NoneTwice, () => OnceAsync(lake, name, key, ct)).ConfigureAwait(false);
        }

        if (name == BronzeChartsTable.Name)
        {
            yield return await TableChecks.GuardedAsync(name, NoneLost, () => NoneLostAsync(lake, silverJob, ct)).ConfigureAwait(false);
        }
    }

    private static async Task<CheckOutcome> OnceAsync(LakeLocation lake, string name, string key, CancellationToken ct)
    {
        await using SqlSession session = SqlSession.Open(lake);
        IReadOnlyList<object?> all = await RowAsync(
            session, $"SELECT COUNT(*), COUNT(*) FILTER (WHERE n > 1), MIN(k) FILTER (WHERE n > 1), COUNT(*) FILTER (WHERE k IS NULL) FROM (SELECT {key} AS k, COUNT(*) AS n FROM {name} GROUP BY ALL)", ct).ConfigureAwait(false);
        long keys = Count(all[0]), twice = Count(all[1]), none = Count(all[3]);
        return twice + none == 0
            ? CheckOutcome.Ok(name, NoneTwice, TableChecks.Text($"{keys:N0} keys, none twice"))
            : CheckOutcome.Failed(name, NoneTwice, TableChecks.Text($"{twice:N0} of {keys:N0} keys are there more than once{(all[2] is string example ? TableChecks.Examples([example]) : "")}{(none > 0 ? ", some rows have no key" : "")}"));
    }

    /// <summary>Of the Bronze versions that Silver has judged (the position in its own commit), every key is in Silver or among the dead letters, and every row without a key is a dead letter.</summary>
    private static async Task<CheckOutcome> NoneLostAsync(LakeLocation lake, string silverJob, CancellationToken ct)
    {
        const string bronze = BronzeChartsTable.Name;
        var catalog = new LakeCatalog(lake);
        if (await catalog.FindAsync(SilverChartsTable.Name, ct).ConfigureAwait(false) is not { } silver || silver.Snapshot.TransactionVersion(silverJob) is not { } judged)
        {
            return CheckOutcome.Skipped(bronze, NoneLost, "Silver has judged nothing yet");
        }

        DeltaTable raw = await catalog.OpenAsync(bronze, ct).ConfigureAwait(false);
        try
        {
            await raw.SnapshotAtAsync(judged, ct).ConfigureAwait(false);
        }
        catch (VersionNotFoundException)
        {
            return CheckOutcome.Skipped(bronze, NoneLost, TableChecks.Text($"Silver stands at Bronze version {judged}, which can be built no more, and newer versions are not judged yet; try again when Silver has caught up"));
        }

        // Letters that the retention let go of cannot be asked for; their rows are left out.
        long letGoBefore = await catalog.FindAsync(DeadLetterTable.Binance, ct).ConfigureAwait(false) is { } letters ? letters.Snapshot.TransactionVersion(DeadLetterTable.LetGoBefore) ?? 0 : 0;
        string kept = TableChecks.Text($"ingest_time >= make_timestamptz({letGoBefore})");
        await using SqlSession session = SqlSession.Open(lake);
        string judgedRows = TableChecks.Text($"{bronze} VERSION AS OF {judged}"), silverRows = TableChecks.Text($"{SilverChartsTable.Name} VERSION AS OF {silver.Snapshot.Version}");
        IReadOnlyList<object?> keys = await RowAsync(
            session,
            $"""
            SELECT COUNT(*), COUNT(*) FILTER (WHERE s.k IS NULL AND d.k IS NULL), MIN(b.k) FILTER (WHERE s.k IS NULL AND d.k IS NULL), COUNT(s.k)
            FROM (SELECT DISTINCT unique_key AS k FROM {judgedRows} WHERE unique_key IS NOT NULL AND {kept}) b
            LEFT JOIN (SELECT DISTINCT unique_key AS k FROM {silverRows}) s ON s.k = b.k
            LEFT JOIN (SELECT DISTINCT unique_key AS k FROM {DeadLetterTable.Binance}) d ON d.k = b.k
            """,
            ct).ConfigureAwait(false);
        IReadOnlyList<object?> keyless = await RowAsync(
            session,
            $"""
            SELECT COUNT(*), COUNT(*) FILTER (WHERE NOT EXISTS (
              SELECT 1 FROM {DeadLetterTable.Binance} d WHERE d.unique_key IS NULL AND d.payload_json = b.raw_json AND d.ingest_time = b.ingest_time AND d.ingest_run_id = b.ingest_run_id))
            FROM (SELECT DISTINCT raw_json, ingest_time, ingest_run_id FROM {judgedRows} WHERE unique_key IS NULL AND {kept}) b
            """,
            ct).ConfigureAwait(false);
        long lost = Count(keys[1]) + Count(keyless[1]);
        return lost > 0
            ? CheckOutcome.Failed(bronze, NoneLost, TableChecks.Text($"{Count(keys[1]):N0} of {Count(keys[0]):N0} keys{(keys[2] is string example ? TableChecks.Examples([example]) : "")} and {Count(keyless[1]):N0} of {Count(keyless[0]):N0} rows without a key are neither in Silver nor quarantined"))
            : CheckOutcome.Ok(bronze, NoneLost, TableChecks.Text($"up to version {judged}: {Count(keys[0]):N0} keys, {Count(keys[3]):N0} of them in Silver, the others quarantined; {Count(keyless[0]):N0} rows without a key, all quarantined"));
    }

    private static async Task<IReadOnlyList<object?>> RowAsync(SqlSession session, string statement, CancellationToken ct)
    {
        await using SqlResult result = await session.ExecuteAsync(statement, ct).ConfigureAwait(false);
        await foreach (IReadOnlyList<object?> row in result.ReadAsync(ct).ConfigureAwait(false))
        {
            return row;
        }

        throw new SqlException("An aggregate gave no row.");
    }

    private static long Count(object? cell) => Convert.ToInt64(cell, CultureInfo.InvariantCulture);
}
