using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Commit;

/// <summary>Gives prepared commits their version: fence, conflict rules, put-if-absent, again.</summary>
/// <remarks>While nobody else commits, a commit is one conditional put and nothing else: no listing, no reading back.
/// A put whose reply is lost is resolved by reading that version and comparing commitInfo.txnId; only when the version is proven free is the put repeated.</remarks>
internal sealed class Committer(TableLog log, DeltaTableOptions options, Func<PreparedCommit, Task> afterCommit)
{
    private const int AskedAfterLostReplyMax = 3;
    private const int FailedPutsMax = 3;

    /// <summary>Commits, or says why not. A store that fails for good is an exception; one that leaves the outcome open is <see cref="CommitStateUnknownException"/>.</summary>
    internal async Task<CommitOutcome> CommitAsync(PreparedCommit prepared, CancellationToken ct)
    {
        if (prepared.Actions.Count == 0 && prepared.Spec.Transactions.Count == 0 && prepared.Notes is null)
        {
            return new CommitOutcome.Nothing(log.Current.Version);
        }

        CommitRun run = new(prepared, options.NewId().ToString());
        for (int attempt = 0; attempt < options.CommitAttemptsMax; attempt++)
        {
            Step step;
            try
            {
                step = await AttemptAsync(run, ct).ConfigureAwait(false);
            }
            catch (Exception e) when (run.Open is not null && e is not (OperationCanceledException or DeltaException))
            {
                throw StillOpen(run, run.Open.Value.Version, e);
            }

            if (step.Outcome is not null)
            {
                await (step.Outcome is CommitOutcome.Committed ? afterCommit(run.Prepared) : Task.CompletedTask).ConfigureAwait(false);
                return step.Outcome;
            }

            if (step.RebaseOn is { } newest)
            {
                PreparedCommit? again = await run.Prepared.Rebase!(newest, ct).ConfigureAwait(false);
                if (again is null)
                {
                    return new CommitOutcome.Conflict(newest.Version, "Concurrent commits moved the rows of this one, and it could not be prepared again.");
                }

                run.Prepared = again;
                run.RulesCheckedTo = again.Base.Version;
            }
        }

        if (run.Open is { } open)
        {
            throw StillOpen(run, open.Version, open.Failure);
        }

        return new CommitOutcome.Conflict(log.Current.Version, $"Others were faster {options.CommitAttemptsMax} times in a row. Nothing was committed; commit again, or let fewer writers share this table.");
    }

    private async Task<Step> AttemptAsync(CommitRun run, CancellationToken ct)
    {
        await log.Gate.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            await log.EnsureNewestAsync(ct).ConfigureAwait(false);
            Snapshot parent = log.Current;
            if (await LandedLateAsync(run, parent, ct).ConfigureAwait(false) is { } landed)
            {
                return Step.Is(landed);
            }

            if (IsReached(run.Prepared.Spec, parent))
            {
                return Step.Is(new CommitOutcome.Nothing(parent.Version));
            }

            if (await CheckWinnersAsync(run, parent, ct).ConfigureAwait(false) is { } refused)
            {
                return refused;
            }

            CommitChecks.Check(run.Prepared, parent);
            return await PutAsync(run, parent, ct).ConfigureAwait(false);
        }
        finally
        {
            log.Gate.Release();
        }
    }

    /// <summary>Whether the table holds all positions of a write that is to happen once.</summary>
    internal static bool IsReached(CommitSpec spec, Snapshot snapshot) =>
        spec is { SkipIfPositionReached: true, Transactions.Count: > 0 } && spec.Transactions.All(t => snapshot.TransactionVersion(t.AppId) >= t.Version);

    // Every version that the plan or the preparation did not see, oldest first; null: the commit may follow the parent.
    private async Task<Step?> CheckWinnersAsync(CommitRun run, Snapshot parent, CancellationToken ct)
    {
        Fence? fence = run.Prepared.Spec.Fence;
        if (fence is not null && fence.BaseVersion > parent.Version)
        {
            return Step.Is(new CommitOutcome.Superseded(fence.BaseVersion, parent.Version, "The table is older than the fence's base: it was replaced."));
        }

        long from = Math.Min(fence is null ? long.MaxValue : Math.Max(fence.BaseVersion, run.FenceCheckedTo), Math.Max(run.Prepared.Base.Version, run.RulesCheckedTo));
        IsolationLevel level = ConflictRules.LevelFor(run.Prepared, parent.Metadata);
        CommitConflict? found = null;
        for (long version = from + 1; version <= parent.Version; version++)
        {
            LogCommit? winner = await log.CommitAtAsync(version, ct).ConfigureAwait(false);
            if (fence is not null && version > Math.Max(fence.BaseVersion, run.FenceCheckedTo))
            {
                string? broken = winner is null ? "its log entry is cleaned, so nobody can tell what it did" : ConflictRules.BreaksFence(fence, winner);
                if (broken is not null)
                {
                    return Step.Is(new CommitOutcome.Superseded(fence.BaseVersion, version, $"Version {version} came after the fence's base {fence.BaseVersion}: {broken}."));
                }
            }

            if (version > Math.Max(run.Prepared.Base.Version, run.RulesCheckedTo) && found is null)
            {
                found = winner is null ? Unseen(run.Prepared, parent) : options.ConflictCheck(run.Prepared, winner, level);
                if (found is { IsAboutFiles: false } || (found is not null && run.Prepared.Rebase is null))
                {
                    return Step.Is(Refusal(fence, version, found));
                }
            }
        }

        run.FenceCheckedTo = run.RulesCheckedTo = parent.Version;
        return found is null ? null : Step.Rebase(parent);
    }

    // The winners' entries are cleaned: a blind append needs only the table's shape, anything else cannot be judged.
    private static CommitConflict? Unseen(PreparedCommit prepared, Snapshot parent) =>
        prepared.IsBlindAppend && parent.Metadata.SchemaString == prepared.Base.Metadata.SchemaString && parent.Metadata.Id == prepared.Base.Metadata.Id
        && parent.Protocol.MinWriterVersion == prepared.Base.Protocol.MinWriterVersion && parent.Protocol.WriterFeatures.SequenceEqual(prepared.Base.Protocol.WriterFeatures)
            ? null
            : new CommitConflict(ConflictKind.Unknown, "its log entry is cleaned, so nobody can tell what it did");

    private static CommitOutcome Refusal(Fence? fence, long version, CommitConflict conflict) =>
        fence is not null && conflict.Kind is (ConflictKind.MetadataChanged or ConflictKind.ProtocolChanged or ConflictKind.Unknown)
            ? new CommitOutcome.Superseded(fence.BaseVersion, version, $"Version {version} came after the fence's base {fence.BaseVersion}: {conflict.Why}.")
            : new CommitOutcome.Conflict(version, $"Version {version} came in between: {conflict.Why}.");

    private async Task<Step> PutAsync(CommitRun run, Snapshot parent, CancellationToken ct)
    {
        long version = parent.Version + 1;
        DateTimeOffset now = options.Clock.GetUtcNow();
        List<DeltaAction> actions = CommitWriter.Actions(run.Prepared, parent, run.TxnId, now, options.EngineInfo, out CommitFacts facts);
        byte[] bytes = ActionWriter.WriteLines(actions);
        bool isMine;
        try
        {
            // Not cancellable: a put that was given up half-way would leave the outcome open for no gain.
            isMine = await log.Store.PutIfAbsentAsync(LogFiles.Commit(version), bytes, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return await ResolveAsync(run, version, e).ConfigureAwait(false) switch
            {
                true => Committed(run, actions, facts, version, now),
                false => await LostAsync(ct).ConfigureAwait(false),
                null => run.LeaveOpen(version, e),
            };
        }

        try
        {
            if (isMine && !log.IsTrusted)
            {
                await CheckPlaceAsync(run, parent).ConfigureAwait(false);
            }

            isMine = isMine || await IsMineAsync(run, version, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not (OperationCanceledException or DeltaException))
        {
            // It may have landed: a plain failure would invite the caller to commit the same rows again.
            throw new CommitStateUnknownException($"Version {version} of the table at {log.Store.Root} was written, but the store failed when asked whether it is this commit. Open the table again and look for the commit's position before committing the same rows again.", version, run.TxnId, e);
        }

        return isMine
            ? Committed(run, actions, facts, version, now)
            : await LostAsync(ct).ConfigureAwait(false);
    }

    // A process that slept before its put may find a name free that is free only because the log is cleaned. Cleanup goes oldest first: while the version before is there, it is not so.
    private async Task CheckPlaceAsync(CommitRun run, Snapshot parent)
    {
        if (await log.Store.FindAsync(LogFiles.Commit(parent.Version), CancellationToken.None).ConfigureAwait(false) is null)
        {
            throw new CommitStateUnknownException(
                $"Version {parent.Version + 1} of the table at {log.Store.Root} was written after a long pause, and the log before it is cleaned by now: it may have come too late. Open the table again and look for the commit's position before committing the same rows again.",
                parent.Version + 1, run.TxnId, new ObjectNotFoundException(LogFiles.Commit(parent.Version), log.Store.Root));
        }
    }

    // A put that failed and was nowhere to be seen may have landed since: its own commit must not be taken for another writer's, nor its files for waste.
    private async Task<CommitOutcome?> LandedLateAsync(CommitRun run, Snapshot parent, CancellationToken ct)
    {
        if (run.Open is not { } open || open.Version > parent.Version)
        {
            return null;
        }

        LogCommit? present = await log.CommitAtAsync(open.Version, ct).ConfigureAwait(false);
        run.Open = null;
        return (present ?? throw StillOpen(run, open.Version, open.Failure)).Facts.TxnId == run.TxnId ? new CommitOutcome.Committed(open.Version, run.Prepared.Metrics) : null;
    }

    private CommitStateUnknownException StillOpen(CommitRun run, long version, Exception inner) =>
        new($"Version {version} of the table at {log.Store.Root} was written, but the store failed, and nobody can tell yet whether it landed. Open the table again and look for the commit's position before committing the same rows again.", version, run.TxnId, inner);

    // "Taken" may still mean "by me": an earlier put of this run whose reply was lost may have landed late.
    private async Task<bool> IsMineAsync(CommitRun run, long version, CancellationToken ct) =>
        run.FailedPuts > 0 && (await log.Loader.ReadCommitAsync(version, ct).ConfigureAwait(false))?.Facts.TxnId == run.TxnId;

    /// <summary>After a put failed: true, it landed; false, another writer has the version; null, the version is free.</summary>
    private async Task<bool?> ResolveAsync(CommitRun run, long version, Exception failure)
    {
        run.FailedPuts++;
        for (int asked = 0; asked < AskedAfterLostReplyMax; asked++)
        {
            LogCommit? present;
            try
            {
                present = await log.Loader.ReadCommitAsync(version, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not (OperationCanceledException or DeltaException))
            {
                continue;
            }

            if (present is not null)
            {
                return present.Facts.TxnId == run.TxnId;
            }

            if (run.FailedPuts < FailedPutsMax)
            {
                return null;
            }
        }

        throw new CommitStateUnknownException(
            $"Version {version} of the table at {log.Store.Root} was written, but the store failed and does not say whether it landed. Open the table again and look for the commit's position, or for its transaction id, before committing the same rows again.",
            version, run.TxnId, failure);
    }

    private Step Committed(CommitRun run, List<DeltaAction> actions, CommitFacts facts, long version, DateTimeOffset now)
    {
        log.Advance(LogCommit.Of(version, actions, facts), now);
        return Step.Is(new CommitOutcome.Committed(version, run.Prepared.Metrics));
    }

    private async Task<Step> LostAsync(CancellationToken ct)
    {
        await log.RefreshInsideGateAsync(ct).ConfigureAwait(false);
        return Step.Again;
    }

    /// <summary>What one commit remembers between its attempts.</summary>
    private sealed class CommitRun(PreparedCommit prepared, string txnId)
    {
        internal PreparedCommit Prepared { get; set; } = prepared;

        internal string TxnId { get; } = txnId;

        internal long FenceCheckedTo { get; set; } = -1;

        internal long RulesCheckedTo { get; set; } = -1;

        internal int FailedPuts { get; set; }

        /// <summary>The put that failed last where nobody else had the version: it may land yet.</summary>
        internal (long Version, Exception Failure)? Open { get; set; }

        internal Step LeaveOpen(long version, Exception failure)
        {
            Open = (version, failure);
            return Step.Again;
        }
    }

    /// <summary>What one attempt came to: an outcome, a rebase, or another try.</summary>
    private readonly record struct Step(CommitOutcome? Outcome, Snapshot? RebaseOn)
    {
        internal static Step Again => default;

        internal static Step Is(CommitOutcome outcome) => new(outcome, null);

        internal static Step Rebase(Snapshot newest) => new(null, newest);
    }
}
