using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Commit;

/// <summary>What every commit must keep, whoever prepared it: the table's own rules and the protocol's rules on one log entry.</summary>
/// <remarks><b>Source</b>: PROTOCOL.md, "Delta Log Entries" (Additional Requirements for Writers), "Append-only Tables".</remarks>
internal static class CommitChecks
{
    internal static void Check(PreparedCommit prepared, Snapshot parent)
    {
        Protocol protocol = prepared.Actions.OfType<Protocol>().LastOrDefault() ?? parent.Protocol;
        Metadata metadata = prepared.Actions.OfType<Metadata>().LastOrDefault() ?? parent.Metadata;
        ProtocolSupport.CheckWritable(protocol, metadata, parent.Schema, parent.Root);
        if (TableProperties.IsAppendOnly(metadata) && ProtocolSupport.Has(protocol, "appendOnly") && prepared.Actions.Any(static a => a is RemoveFile { DataChange: true }))
        {
            throw new ConstraintViolationException($"The table at {parent.Root} is append-only (delta.appendOnly): rows cannot be changed or removed. Set the property to false first if that is wanted.");
        }

        HashSet<string> added = new(StringComparer.Ordinal);
        HashSet<string> removed = new(StringComparer.Ordinal);
        HashSet<string> other = new(StringComparer.Ordinal);
        foreach (DeltaAction action in prepared.Actions)
        {
            bool isFirst = action switch
            {
                AddFile add => added.Add(TablePath.Canonical(add.Path, parent.Root)) && CheckVector(add, protocol, parent),
                RemoveFile remove => removed.Add(TablePath.Canonical(remove.Path, parent.Root)),
                AddCdcFile => ProtocolSupport.Has(protocol, "changeDataFeed") ? true : throw new InvalidOperationException("A change file in a table without the change data feed."),
                DomainMetadata domain => ProtocolSupport.Has(protocol, "domainMetadata") ? other.Add("d" + domain.Domain) : throw new InvalidOperationException("Domain metadata in a table without that feature."),
                Metadata => other.Add("m"),
                Protocol => other.Add("p"),
                _ => throw new InvalidOperationException("Positions belong to the commit's spec and commitInfo to the committer."),
            };
            if (!isFirst)
            {
                throw new InvalidOperationException("Two actions of one commit reconcile with each other: the same file added or removed twice, or two metadata, protocol or domain actions.");
            }
        }

        if (prepared.Spec.Transactions.Select(static t => t.AppId).Distinct(StringComparer.Ordinal).Count() != prepared.Spec.Transactions.Count)
        {
            throw new ArgumentException("A commit names the same application twice.");
        }
    }

    private static bool CheckVector(AddFile add, Protocol protocol, Snapshot parent) =>
        add.DeletionVector is null || ProtocolSupport.Has(protocol, "deletionVectors") || parent.FindFile(add.Path)?.DeletionVector is not null
            ? true
            : throw new InvalidOperationException("A deletion vector in a table without that feature.");
}
