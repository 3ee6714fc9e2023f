using System.Text.Json;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Lake.Sql;

namespace CryptoInsight.Lake.Checks;

/// <summary>Reads every live file with an engine that is not ours (DuckDB) and compares what is in it with what its statistics say.</summary>
/// <remarks>The number of rows must be exact; bounds must hold for the rows that are not deleted; null counts must be exact where no row is.</remarks>
internal static class StatisticsCheck
{
    private const string Check = "statistics";
    private const int FilesPerScan = 256;

    public static async Task<CheckOutcome> RunAsync(string name, DeltaTable table, Snapshot snapshot, IReadOnlyList<AddFile> files, CancellationToken ct)
    {
        if (!table.Store.Root.IsFile)
        {
            return CheckOutcome.Skipped(name, Check, "the files do not lie in a local folder");
        }

        await using FileScanner scanner = FileScanner.Open(table, snapshot);
        var faults = new List<string>();
        long rows = 0, without = 0;
        foreach (AddFile[] some in files.Chunk(FilesPerScan))
        {
            foreach (FileFacts facts in await ScanAsync(scanner, some, faults, ct).ConfigureAwait(false))
            {
                rows += facts.Rows;
                without += string.IsNullOrEmpty(facts.File.Stats) ? 1 : 0;
                faults.AddRange(Compare(facts, scanner.Columns));
            }
        }

        return faults.Count > 0
            ? CheckOutcome.Failed(name, Check, TableChecks.Text($"{faults.Count:N0} faults{TableChecks.Examples(faults)}"))
            : CheckOutcome.Ok(name, Check, TableChecks.Text($"{rows:N0} rows read in {files.Count:N0} files{(without > 0 ? TableChecks.Text($" ({without:N0} without statistics)") : "")}, counts and bounds agree"));
    }

    /// <summary>Files together; if that fails, one by one, to know which is damaged.</summary>
    private static async Task<IReadOnlyList<FileFacts>> ScanAsync(FileScanner scanner, AddFile[] files, List<string> faults, CancellationToken ct)
    {
        try
        {
            return await scanner.ScanAsync(files, ct).ConfigureAwait(false);
        }
        catch (SqlException) when (files.Length > 1)
        {
            var found = new List<FileFacts>();
            foreach (AddFile file in files)
            {
                found.AddRange(await ScanAsync(scanner, [file], faults, ct).ConfigureAwait(false));
            }

            return found;
        }
        catch (SqlException damaged)
        {
            faults.Add($"{files[0].Path}: {damaged.Message}");
            return [];
        }
    }

    private static IEnumerable<string> Compare(FileFacts facts, IReadOnlyList<StructField> columns)
    {
        using JsonDocument? stats = StatisticsText.Parse(facts.File);
        if (stats is null)
        {
            yield break;
        }

        if (StatisticsText.NumRecords(facts.File) is { } records && records != facts.Rows)
        {
            yield return TableChecks.Text($"{facts.File.Path} has {facts.Rows} rows, its statistics say {records}");
        }

        for (int i = 0; i < columns.Count; i++)
        {
            StructField column = columns[i];
            string key = facts.PhysicalNames[i];
            if ((StatisticsText.Member(stats.RootElement, "minValues", key) is { } min && !StatisticsText.Admits(column.Type, min, facts.Least[i], isMax: false))
                || (StatisticsText.Member(stats.RootElement, "maxValues", key) is { } max && !StatisticsText.Admits(column.Type, max, facts.Greatest[i], isMax: true)))
            {
                yield return $"{facts.File.Path} has values of {column.Name} outside its statistics";
            }

            if (facts.File.DeletionVector is null && StatisticsText.Member(stats.RootElement, "nullCount", key) is { } nulls && nulls.TryGetInt64(out long count) && count != facts.Nulls[i])
            {
                yield return TableChecks.Text($"{facts.File.Path} has {facts.Nulls[i]} nulls of {column.Name}, its statistics say {count}");
            }
        }
    }
}

/// <summary>What is in one file.</summary>
internal sealed record FileFacts(
    AddFile File, long Rows, IReadOnlyList<string> PhysicalNames, IReadOnlyList<object?> Least, IReadOnlyList<object?> Greatest, IReadOnlyList<long> Nulls);
