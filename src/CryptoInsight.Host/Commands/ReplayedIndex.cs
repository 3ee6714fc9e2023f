using CryptoInsight.Engine.Jobs;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Lake.FearGreed;
using CryptoInsight.Sources.FearGreed;

namespace CryptoInsight.Host.Commands;

/// <summary>The part of <c>replay</c> that is about <c>--fear-greed FILE</c>.</summary>
internal static class ReplayedIndex
{
    /// <summary>The file's index; a file that is none is wrong usage, and nothing is written.</summary>
    public static FearGreedFile? Read(string? path)
    {
        try
        {
            return path is null ? null : FearGreedFile.Read(path);
        }
        catch (FearGreedFileException refused)
        {
            throw new UsageException($"{refused.Message} Nothing was replayed.");
        }
    }

    /// <summary>A lake holds one origin: a recorded index must not stand beside a made-up one.</summary>
    public static void RefuseOtherOrigin(FearGreedFile? index, BronzeFearGreedTable bronze)
    {
        if (index is not null && bronze.Table.Snapshot.TransactionVersion(IngestPositions.SourceOrigin) is { } known && known != (long)SeriesOrigin.Spot)
        {
            throw new UsageException($"{index.FileName} holds the real index, but this lake's is simulated: a lake holds one origin. Use another --lake. Nothing was replayed.");
        }
    }

    /// <summary>Rows for the table that <c>replay</c> prints; none without an index.</summary>
    public static IEnumerable<IReadOnlyList<object?>> Report(FearGreedFile? index, int added, JobBoard jobs)
    {
        if (index is null || jobs.Find(FearGreedRules.Id) is not { } silver || jobs.Find(FearGreedDerivation.Id) is not { } gold)
        {
            return [];
        }

        return
        [
            ["bronze_fear_greed", (long)index.Rows.Count, (long)added, 0L, null],
            ["silver_fear_greed", silver.RowsIn, silver.RowsOut, silver.RowsQuarantined, null],
            ["gold_fear_greed", gold.RowsIn, gold.RowsOut, 0L, null],
        ];
    }
}
