using Apache.Arrow;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Log;

namespace CryptoInsight.Delta.Operations;

/// <summary>Adds rows; reads nothing, so it never conflicts with other rows.</summary>
internal static class Append
{
    public static async Task<CommitOutcome> RunAsync(DeltaTable table, IReadOnlyList<RecordBatch> rows, CommitSpec spec, CancellationToken ct)
    {
        Snapshot snapshot = table.Snapshot;
        ProtocolSupport.CheckWritable(snapshot.Protocol, snapshot.Metadata, snapshot.Schema, table.Store.Root);
        if (Committer.IsReached(spec, snapshot))
        {
            return new CommitOutcome.Nothing(snapshot.Version);
        }

        SchemaEvolution evolution = SchemaEvolution.Of(snapshot, rows, SchemaModes.Checked(spec, SchemaMode.Merge), table.Options.NewId);
        TableLayout layout = evolution.Layout;
        List<RecordBatch> shaped = [.. rows.Select(r => InputRows.Shape(r, layout))];
        if (shaped.Sum(static r => (long)r.Length) == 0 && spec.Transactions.Count == 0 && evolution.Actions.Count == 0)
        {
            return new CommitOutcome.Nothing(snapshot.Version);
        }

        DataFileWriter writer = new(table, layout, table.SmallFiles);
        List<AddFile> files = await writer.WriteAsync(PartitionSplit.Split(shaped, layout), dataChange: true, ct).ConfigureAwait(false);
        PreparedCommit commit = new(snapshot, [.. evolution.Actions, .. files], spec)
        {
            Metrics = new CommitMetrics(shaped.Sum(static r => (long)r.Length), 0, files.Count, 0, 0, files.Sum(static f => f.Size)),
        };
        return await FinishAsync(table, commit, writer, ct).ConfigureAwait(false);
    }

    /// <summary>Commits; where the commit surely did not land, its files go.</summary>
    public static async Task<CommitOutcome> FinishAsync(DeltaTable table, PreparedCommit commit, DataFileWriter writer, CancellationToken ct)
    {
        CommitOutcome outcome = await table.Committer.CommitAsync(commit, ct).ConfigureAwait(false);
        if (outcome is not CommitOutcome.Committed)
        {
            await writer.DiscardAsync().ConfigureAwait(false);
        }

        return outcome;
    }
}
