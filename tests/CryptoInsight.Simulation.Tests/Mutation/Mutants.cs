namespace CryptoInsight.Simulation.Tests.Mutation;

/// <summary>Bugs that this pipeline could have, each a line or two: the simulation must find every one.</summary>
internal static class Mutants
{
    private const string Engine = "CryptoInsight.Engine", Lake = "CryptoInsight.Lake", Domain = "CryptoInsight.Domain", Delta = "CryptoInsight.Delta";

    public static IReadOnlyList<Mutant> All { get; } =
    [
        new("Silver commits without the fence", Lake,
            new MutantEdit("Silver/SilverChartsTable.cs", "Transactions = positions, Fence = new Fence(baseVersion)", "Transactions = positions")) { IsInSlice = true, FoundBy = 5 },
        new("Gold commits without the fence", Lake,
            new MutantEdit("Gold/GoldSignalsTable.cs", "Transactions = positions, Fence = new Fence(baseVersion)", "Transactions = positions")),
        new("Dead letters are appended without the fence", Lake,
            new MutantEdit("DeadLetters/DeadLetterTable.cs", "Fence = new Fence(baseVersion) { OnlyForAppIds = [position.AppId] },", "")),
        new("The watermark is one microsecond late", Domain,
            new MutantEdit("Signals/Watermarks.cs", "watermarks.With(interval, interval.Next(newest) - delay)", "watermarks.With(interval, interval.Next(newest) - delay + -1L)")) { IsInSlice = true, FoundBy = 5 },
        new("The watermark does not go back when the newest candle is deleted", Engine,
            new MutantEdit("Jobs/SilverHorizon.cs", "newestIsGone |= _newest.IsNewest(drop.Interval, drop.OpenTime);", "_ = drop;")) { FoundBy = 28 },
        new("Only symbols with changes are asked when the watermark moves", Engine,
            new MutantEdit("Jobs/GoldJob.cs", "_horizon.Symbols.Union(changes.BySymbol.Keys)", "changes.BySymbol.Keys")) { IsInSlice = true, FoundBy = 2 },
        new("A candle older than what an actor holds changes nothing", Domain,
            new MutantEdit("Signals/SymbolTransitions.cs", "if (change.OpenTime.Value < heldFrom)", "if (change.OpenTime.Value < heldFrom - (400 * 60_000_000L))")) { IsInSlice = true },
        new("An index value changes only buckets that are held", Domain,
            new MutantEdit("Signals/SymbolTransitions.cs", "return indexDifference is { } reach && source.Series.Any(s => s.IsReachedBy(reach))", "return indexDifference is { } reach && source.Series.Any(s => false)")),
        new("The image before an update is forgotten", Engine,
            new MutantEdit("Jobs/SilverChanges.cs", "Dictionary<CandleKey, Candle> side = kind is", "if (kind == ChangeKind.UpdatePreimage) { continue; }\n            Dictionary<CandleKey, Candle> side = kind is")) { IsInSlice = true, FoundBy = 8 },
        new("Silver commits before the dead letters", Engine,
            new MutantEdit("Jobs/SilverJob.cs", "if (judgement.Letters.Count > 0 && await _letters.CommitAsync(judgement.Letters, Math.Max(versions.ToInclusive, _letters.Position), ct).ConfigureAwait(false) is { } lettersRefused)", "string? lettersRefused = null;\n        if (lettersRefused is not null)"),
            new MutantEdit("Jobs/SilverJob.cs", "        return outcome.Match<StepOutcome>(\n            committed => Advanced(committed.Version, versions.ToInclusive, entries.Count, judgement, plan),",
                "        if (judgement.Letters.Count > 0) { await _letters.CommitAsync(judgement.Letters, versions.ToInclusive, ct).ConfigureAwait(false); }\n        return outcome.Match<StepOutcome>(\n            committed => Advanced(committed.Version, versions.ToInclusive, entries.Count, judgement, plan),")) { IsInSlice = true, FoundBy = 15 },
        new("An answer is matched by its symbol", Engine,
            new MutantEdit("Symbols/OpenQuestions.cs", "KeyValuePair.Create(c.RequestId, place)", "KeyValuePair.Create(c.Symbol.Code, place)"),
            new MutantEdit("Symbols/OpenQuestions.cs", "_places.TryGetValue(reply.RequestId, out int place)", "_places.TryGetValue(reply.Symbol.Code, out int place)")) { IsInSlice = true, FoundBy = 5 },
        new("Silver goes on with its old keys after a foreign commit", Engine,
            new MutantEdit("Jobs/SilverWriter.cs", "CommitOutcome outcome = await silver.CommitAsync(change, positions, Base.Version, ct).ConfigureAwait(false);",
                "CommitOutcome outcome = await silver.CommitAsync(change, positions, Base.Version, ct).ConfigureAwait(false);\n        if (outcome is CommitOutcome.Superseded) { Base = await silver.Table.RefreshAsync(ct).ConfigureAwait(false); outcome = await silver.CommitAsync(change, positions, Base.Version, ct).ConfigureAwait(false); }")) { IsInSlice = true, FoundBy = 5 },
        new("A job at rest does not see that others changed its table", Engine,
            new MutantEdit("Flows/TableFollower.cs", "case TailStep.CaughtUp when await spec.Output.FirstChangeAfterAsync(job.OutputVersion, ct).ConfigureAwait(false) is { } foreign:", "case TailStep.CaughtUp when await spec.Output.FirstChangeAfterAsync(long.MaxValue - 1, ct).ConfigureAwait(false) is { } foreign:")) { FoundBy = 58 },
        new("OPTIMIZE does not carry deletion vectors", Delta,
            new MutantEdit("Operations/CompactionAttempt.cs", "gone.Add(source.FirstRow + row - source.Deleted.CountBelow(row));", "_ = row;")) { IsInSlice = true, FoundBy = 10 },
        new("Unchanged does not look at ingest_time", Engine,
            new MutantEdit("Jobs/SilverPlan.cs", "SilverOrder.Instance.Compare(winner, there)", "winner.Candle == there.Candle && winner.Source == there.Source ? 0 : SilverOrder.Instance.Compare(winner, there)")) { IsInSlice = true },
        new("Of two rows of a key the first one stays", Engine, new MutantEdit("Jobs/SilverPlan.cs", "            if (order > 0)\n            {\n                winners[candidate.Key] = candidate;\n            }", "")),
        new("Silver forgets the keys that it inserted", Engine, new MutantEdit("Jobs/SilverWriter.cs", "_keys.Add(inserted.Key);", "_ = inserted;")),
        new("Of a day that is known from a time on, all keys are taken for known", Engine,
            new MutantEdit("Jobs/SilverWriter.cs", "!_knownFrom.TryGetValue(k.OpenTime.Day, out long from) || k.OpenTime.Value < from", "!_knownFrom.TryGetValue(k.OpenTime.Day, out _)")) { IsInSlice = true, FoundBy = 3 },
        new("RESTORE leaves the positions as they are", Lake,
            new MutantEdit("LakeRestore.cs", ": target.TransactionVersion(appId) ?? (", ": current.TransactionVersion(appId) ?? (")) { IsInSlice = true },
        new("A RESTORE is followed as if it were an append", Delta, new MutantEdit("TableTail.cs", " && !commit.Removes.Exists(static r => r.DataChange)", "")) { FoundBy = 28 },
        new("A comparison of Gold deletes nothing", Engine, new MutantEdit("Jobs/GoldComparison.cs", "Deletes.Add(stamped.Row.Key);", "_ = stamped;")),
        new("A repair from the start keeps rows that Bronze does not have", Engine, new MutantEdit("Jobs/SilverDifference.cs", "_deletes.AddRange(existing.Keys);", "_ = existing;")) { FoundBy = 8 },
    ];
}
