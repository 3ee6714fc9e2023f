namespace CryptoInsight.Simulation.Tests.Mutation;

/// <summary>Bugs that this pipeline could have, each a line or two: the simulation must find every one.</summary>
internal static class Mutants
{
    private const string Engine = "CryptoInsight.Engine", Lake = "CryptoInsight.Lake", Domain = "CryptoInsight.Domain", Delta = "CryptoInsight.Delta";

    public static IReadOnlyList<Mutant> All { get; } =
    [
        new("Silver commits without the fence", Lake, new MutantEdit("Silver/SilverChartsTable.cs", "Transactions = [position], Fence = new Fence(baseVersion)", "Transactions = [position]")),
        new("Gold commits without the fence", Lake, new MutantEdit("Gold/GoldSignalsTable.cs", "Transactions = positions, Fence = new Fence(baseVersion)", "Transactions = positions")),
        new("The watermark is one microsecond early", Domain,
            new MutantEdit("Signals/Watermarks.cs", "watermarks.With(interval, interval.Next(newest) - delay)", "watermarks.With(interval, interval.Next(newest) - delay + -1L)")),
        new("Only symbols with changes are asked when the watermark moves", Engine,
            new MutantEdit("Jobs/GoldJob.cs", "_horizon.Symbols.Union(changes.BySymbol.Keys)", "changes.BySymbol.Keys")),
        new("The image before an update is forgotten", Engine,
            new MutantEdit("Jobs/SilverChanges.cs", "gone.AddRange(rows.Select(r => r.Key));", "gone.AddRange(rows.Select(r => r.Key).Where(_ => kind == ChangeKind.Delete));")),
        new("Silver commits before the dead letters", Engine,
            new MutantEdit("Jobs/SilverJob.cs", "if (!judgedBefore && await CommitLettersAsync(judgement.Letters, position, ct).ConfigureAwait(false) is { } lettersRefused)", "StepOutcome? lettersRefused = null;\n        if (lettersRefused is not null)"),
            new MutantEdit("Jobs/SilverJob.cs", "        return await outcome.Match(", "        if (!judgedBefore) { await CommitLettersAsync(judgement.Letters, position, ct).ConfigureAwait(false); }\n        return await outcome.Match(")),
        new("An answer is matched by its symbol", Engine,
            new MutantEdit("Symbols/OpenQuestions.cs", "KeyValuePair.Create(c.RequestId, place)", "KeyValuePair.Create(c.Symbol.Code, place)"),
            new MutantEdit("Symbols/OpenQuestions.cs", "_places.TryGetValue(reply.RequestId, out int place)", "_places.TryGetValue(reply.Symbol.Code, out int place)")),
        new("Silver goes on with its old keys after a foreign commit", Engine,
            new MutantEdit("Jobs/SilverJob.cs", "superseded => Task.FromResult<StepOutcome>(new StepOutcome.StartAgain(superseded.Why))",
                "async superseded => { _base = await _lake.Silver.Table.RefreshAsync(ct).ConfigureAwait(false); return await TakeAsync(versions, true, ct).ConfigureAwait(false); }")),
        new("OPTIMIZE does not carry deletion vectors", Delta,
            new MutantEdit("Operations/CompactionAttempt.cs", "Mark(source.FirstRow + row - source.Deleted.CountBelow(row), deleted);", "_ = row;")),
        new("Unchanged does not look at ingest_time", Engine,
            new MutantEdit("Jobs/SilverPlan.cs", "SilverOrder.Instance.Compare(winner, there)", "winner.Candle == there.Candle && winner.Source == there.Source ? 0 : SilverOrder.Instance.Compare(winner, there)")),
        new("RESTORE leaves the positions as they are", Delta,
            new MutantEdit("Operations/Restore.cs", "new AppTransaction(id, target.TransactionVersion(id) ?? -1)", "new AppTransaction(id, table.Snapshot.TransactionVersion(id) ?? -1)")),
        new("A rebuild of Gold deletes nothing", Engine, new MutantEdit("Jobs/GoldKeys.cs", "deletes.Add(there.Row.Key);", "_ = there;")),
        new("The watermark does not go back when the newest candle is deleted", Engine,
            new MutantEdit("Jobs/SilverHorizon.cs", "newestIsGone |= _newest.IsNewest(drop.Interval, drop.OpenTime);", "_ = drop;")),
        new("A candle older than what an actor holds changes nothing", Domain,
            new MutantEdit("Signals/SymbolTransitions.cs", "if (change.OpenTime.Value < heldFrom)", "if (change.OpenTime.Value < heldFrom - (400 * 60_000_000L))")),
        new("Silver forgets the keys that it inserted", Engine, new MutantEdit("Jobs/SilverJob.cs", "_keys.Add(inserted.Key);", "_ = inserted;")),
        new("Dead letters are appended without the fence", Lake,
            new MutantEdit("DeadLetters/DeadLetterTable.cs", "Fence = new Fence(baseVersion) { OnlyForAppIds = [position.AppId] },", "")),
        new("VACUUM takes what followers still need", Delta,
            new MutantEdit("Operations/Vacuum.cs", "for (long version = (neededFrom ?? snapshot.Version) + 1;", "for (long version = snapshot.Version + 1;")),
        new("Log cleanup takes what followers still need", Delta,
            new MutantEdit("Log/LogCleanup.cs", "return neededFrom is { } needed ? Math.Min(version, needed) : version;", "return version;")),
        new("Of two rows of a key the first one stays", Engine, new MutantEdit("Jobs/SilverPlan.cs", "            if (order > 0)\n            {\n                winners[candidate.Key] = candidate;\n            }", "")),
    ];
}
