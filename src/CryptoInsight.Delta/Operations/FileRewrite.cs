using Apache.Arrow;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Data;

namespace CryptoInsight.Delta.Operations;

/// <summary>Takes rows out of files: by deletion vector where the table allows it, else by copying what stays; a file without live rows goes whole.</summary>
internal sealed record FileRewrite(IReadOnlyList<DeltaAction> Actions, CommitMetrics Metrics)
{
    public static async Task<FileRewrite> PrepareAsync(DeltaTable table, TableLayout layout, DataFileWriter writer, IReadOnlyList<FileMatches> matches, CancellationToken ct)
    {
        List<DeltaAction> actions = [];
        List<FileMatches> marked = [];
        List<AddFile> copies = [];
        long now = table.Options.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (FileMatches match in matches)
        {
            actions.Add(match.Remove(now));
            if (match.IsWholeFile)
            {
                continue;
            }

            if (layout.DeletionVectorsAllowed)
            {
                marked.Add(match);
            }
            else
            {
                copies.AddRange(await CopyAsync(table, layout, writer, match, ct).ConfigureAwait(false));
            }
        }

        if (marked.Count > 0)
        {
            IReadOnlyList<DeletionVectorDescriptor> vectors = await DeletionVectorFiles.WriteAsync(table.Store, [.. marked.Select(static m => m.After)], table.Options.NewId(), inline: true, ct).ConfigureAwait(false);
            actions.AddRange(marked.Select((m, i) => m.AddBack(vectors[i])));
        }

        actions.AddRange(copies);
        return new FileRewrite(actions, new CommitMetrics(0, matches.Sum(static m => m.Touched.Cardinality), copies.Count, matches.Count - marked.Count, marked.Count, copies.Sum(static f => f.Size)));
    }

    private static Task<List<AddFile>> CopyAsync(DeltaTable table, TableLayout layout, DataFileWriter writer, FileMatches match, CancellationToken ct)
    {
        IAsyncEnumerable<RecordBatch> rest = TableScan.ReadRowsAsync(table.Store, layout, match.File, layout.WriteFields, match.After, inside: false, ct);
        return writer.WriteAsync(PartitionKey.Of(match.File, layout), rest, isOneBatch: false, dataChange: true, ct);
    }
}
