using Apache.Arrow;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Predicates;

namespace CryptoInsight.Delta.Operations;

/// <summary>Adds and drops CHECK constraints.</summary>
internal static class ConstraintChange
{
    public static async Task<CommitOutcome> AddAsync(DeltaTable table, string name, string sql, CancellationToken ct)
    {
        Snapshot snapshot = await table.RefreshAsync(ct).ConfigureAwait(false);
        string key = RowRules.ConstraintPrefix + Checked(name);
        if (snapshot.Metadata.Configuration.ContainsKey(key))
        {
            throw new DeltaException($"The table has a constraint '{name}' already. Drop it first.");
        }

        BoundPredicate condition = RowRules.Read(sql, snapshot.Schema);
        List<string> columns = [.. condition.Columns().Select(static f => f.Name).Distinct(StringComparer.Ordinal)];
        await foreach (RecordBatch rows in table.ReadAsync(snapshot, columns.Count == 0 ? [snapshot.Schema.Fields[0].Name] : columns, null, ct).ConfigureAwait(false))
        {
            RowRules.Check(rows, [new RowRule($"new constraint {name}", condition)]);
        }

        Dictionary<string, string> properties = new(snapshot.Metadata.Configuration, StringComparer.Ordinal) { [key] = sql };
        Protocol protocol = TableFeatures.With(snapshot.Protocol, ["checkConstraints"]);
        List<DeltaAction> actions = [snapshot.Metadata with { Configuration = properties }];
        if (!ReferenceEquals(protocol, snapshot.Protocol))
        {
            actions.Add(protocol);
        }

        // Rows that others add meanwhile were not looked at: they are a conflict.
        return await table.Committer.CommitAsync(new PreparedCommit(snapshot, actions, new CommitSpec("ADD CONSTRAINT")) { Read = ReadSet.WholeTable }, ct).ConfigureAwait(false);
    }

    public static async Task<CommitOutcome> DropAsync(DeltaTable table, string name, CancellationToken ct)
    {
        Snapshot snapshot = await table.RefreshAsync(ct).ConfigureAwait(false);
        Dictionary<string, string> properties = new(snapshot.Metadata.Configuration, StringComparer.Ordinal);
        return properties.Remove(RowRules.ConstraintPrefix + Checked(name))
            ? await table.Committer.CommitAsync(new PreparedCommit(snapshot, [snapshot.Metadata with { Configuration = properties }], new CommitSpec("DROP CONSTRAINT")), ct).ConfigureAwait(false)
            : throw new DeltaException($"The table has no constraint '{name}'.");
    }

    private static string Checked(string name) => name.Length is > 0 and <= 128 && name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_')
        ? name
        : throw new DeltaException("A constraint's name is made of letters, digits and underscores, at most 128 of them.");
}
