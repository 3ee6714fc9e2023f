using CryptoInsight.Delta;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Lake.Rows;

namespace CryptoInsight.Engine.Jobs;

/// <summary>Keeps a derived table equal to its function: computes at the newest snapshots of the sources and writes the rows that differ, in one fenced commit.</summary>
/// <remarks>Its memory is four numbers, and everything is computed from snapshots, so a step may be lost, repeated or skipped over. A commit that would change nothing is not
/// made: the position then stays at an older version that gives the same rows.</remarks>
public sealed class DerivedTableJob<TRow, TKey> : ITableJob
    where TRow : class
    where TKey : notnull
{
    private readonly Derivation<TRow, TKey> _derivation;
    private readonly long?[] _at;
    private Snapshot _base;

    private DerivedTableJob(Derivation<TRow, TKey> derivation, Snapshot snapshot, long?[] at)
    {
        _derivation = derivation;
        _base = snapshot;
        _at = at;
    }

    public long Position => _at[0] ?? -1;

    /// <summary>The version of the output that the next step compares with.</summary>
    public long OutputVersion => _base.Version;

    private string GenerationPosition => $"{_derivation.JobId}/code";

    /// <summary>Reads the positions from the output.</summary>
    /// <param name="fromBeginning">Computes everything and compares it with what is there.</param>
    public static async Task<ITableJob> StartAsync(Derivation<TRow, TKey> derivation, bool fromBeginning, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(derivation);
        Snapshot snapshot = await derivation.Output.Table.RefreshAsync(ct).ConfigureAwait(false);
        bool isKnown = !fromBeginning && snapshot.TransactionVersion($"{derivation.JobId}/code") == derivation.Generation;
        return new DerivedTableJob<TRow, TKey>(derivation, snapshot, [.. derivation.Sources.Select(s => isKnown ? snapshot.TransactionVersion(s.Position) : null)]);
    }

    /// <summary>True if a source other than the first has moved.</summary>
    public async Task<bool> HasOtherWorkAsync(CancellationToken ct)
    {
        for (int i = 1; i < _at.Length; i++)
        {
            if ((await _derivation.Sources[i].Table.RefreshAsync(ct).ConfigureAwait(false)).Version != _at[i])
            {
                return true;
            }
        }

        return false;
    }

    public async Task<StepOutcome> StepAsync(TailStep step, CancellationToken ct)
    {
        var moves = new List<SourceMove>();
        for (int i = 0; i < _at.Length; i++)
        {
            Snapshot now = await _derivation.Sources[i].Table.RefreshAsync(ct).ConfigureAwait(false);
            moves.Add(new SourceMove(_at[i] is { } from && from <= now.Version ? from : null, now));
        }

        bool isCutOff = step is TailStep.FellBehind or TailStep.Rewound;
        StepOutcome outcome = isCutOff || moves.Exists(m => m.HasMoved)
            ? await TakeAsync(moves, isCutOff, ct).ConfigureAwait(false)
            : new StepOutcome.Advanced(new StepReport(Position, _base.Version)); // an earlier step saw these commits already
        return outcome is StepOutcome.Advanced advanced && isCutOff
            ? new StepOutcome.StartAgain($"the commits after its position are gone; the table was compared with a full computation and stands at version {Position} of its source")
            {
                Committed = advanced.Report,
            }
            : outcome;
    }

    /// <param name="mustCommit">True if the position has to move even if no row does: from the old one there is no way on.</param>
    private async Task<StepOutcome> TakeAsync(IReadOnlyList<SourceMove> moves, bool mustCommit, CancellationToken ct)
    {
        DerivedRows<TRow> wanted = await ComputeAsync(moves, ct).ConfigureAwait(false);
        RowDifference<TRow> difference = wanted.IsUnchanged
            ? new RowDifference<TRow>([], [], [])
            : RowDifference<TRow>.Between(
                await _derivation.Output.ReadAllAsync(_base, wanted.Scope, ct).ConfigureAwait(false), wanted.Rows, _derivation.KeyOf, _derivation.IsSame);
        if (difference.IsEmpty && !mustCommit && _base.TransactionVersion(GenerationPosition) == _derivation.Generation)
        {
            return Advanced(_base, moves, wanted.RowsIn, 0);
        }

        AppTransaction[] positions =
        [
            .. moves.Select((m, i) => new AppTransaction(_derivation.Sources[i].Position, m.To.Version)), new(GenerationPosition, _derivation.Generation),
        ];
        CommitOutcome outcome = await _derivation.Output.CommitAsync(difference, positions, _base.Version, ct).ConfigureAwait(false);
        return await outcome.Match(
            committed => AdvancedAsync(committed.Version, moves, wanted.RowsIn, difference, ct),
            nothing => AdvancedAsync(nothing.Version, moves, wanted.RowsIn, difference, ct),
            superseded => Task.FromResult<StepOutcome>(new StepOutcome.StartAgain(superseded.Why)),
            conflict => Task.FromResult<StepOutcome>(new StepOutcome.StartAgain(conflict.Why))).ConfigureAwait(false);
    }

    private async Task<DerivedRows<TRow>> ComputeAsync(IReadOnlyList<SourceMove> moves, CancellationToken ct)
    {
        try
        {
            return await _derivation.ComputeAsync(moves, ct).ConfigureAwait(false);
        }
        catch (VersionNotFoundException) when (moves.Any(m => m.From is not null))
        {
            // The changes since the position are cleaned; the snapshots are not.
            return await _derivation.ComputeAsync([.. moves.Select(m => m with { From = null })], ct).ConfigureAwait(false);
        }
    }

    private async Task<StepOutcome> AdvancedAsync(long version, IReadOnlyList<SourceMove> moves, long rowsIn, RowDifference<TRow> written, CancellationToken ct)
    {
        Snapshot newest = _derivation.Output.Table.Snapshot;
        return Advanced(
            newest.Version == version ? newest : await _derivation.Output.Table.SnapshotAtAsync(version, ct).ConfigureAwait(false),
            moves,
            rowsIn,
            written.Inserts.Count + written.Replacements.Count);
    }

    private StepOutcome.Advanced Advanced(Snapshot output, IReadOnlyList<SourceMove> moves, long rowsIn, long rowsOut)
    {
        _base = output;
        for (int i = 0; i < _at.Length; i++)
        {
            _at[i] = moves[i].To.Version;
        }

        return new StepOutcome.Advanced(new StepReport(Position, output.Version) { RowsIn = rowsIn, RowsAccepted = rowsIn, RowsOut = rowsOut });
    }
}
