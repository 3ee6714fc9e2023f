using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Lake.DeadLetters;

namespace CryptoInsight.Engine.Jobs;

/// <summary>A job's side of its dead-letter table: which position it wrote there last, and whether it is still the only one who does.</summary>
/// <remarks>Ingestion appends blindly beside it, so the version alone cannot be the fence: before every commit the job's own position and the count of its commits must be what it
/// remembers, and between that look and the commit nobody may have moved them.</remarks>
internal sealed class JobLetters
{
    private readonly DeadLetterTable _table;
    private readonly string _jobId;
    private long? _position;
    private long? _commits;

    private JobLetters(DeadLetterTable table, string jobId)
    {
        _table = table;
        _jobId = jobId;
    }

    /// <summary>The source's version up to which every refused row has its letter; -1: none.</summary>
    public long Position => _position ?? -1;

    public static async Task<JobLetters> LoadAsync(DeadLetterTable table, string jobId, CancellationToken ct)
    {
        var letters = new JobLetters(table, jobId);
        letters.Remember(await table.Table.RefreshAsync(ct).ConfigureAwait(false));
        return letters;
    }

    /// <summary>The states of letters, as of now, by id.</summary>
    public async Task<IReadOnlyDictionary<string, string>> StatesOfAsync(IReadOnlyCollection<DeadLetter> letters, CancellationToken ct)
    {
        await _table.Table.RefreshAsync(ct).ConfigureAwait(false);
        return await _table.StatesOfAsync([.. letters.Select(l => l.DlqId)], letters.Select(l => l.Day), ct).ConfigureAwait(false);
    }

    /// <summary>Commits the letters that are not there yet, with the position; null: done, else why the job must start again.</summary>
    public async Task<string?> CommitAsync(IReadOnlyList<DeadLetter> letters, long position, CancellationToken ct)
    {
        Snapshot before = await _table.Table.RefreshAsync(ct).ConfigureAwait(false);
        if (before.TransactionVersion(_jobId) != _position || before.TransactionVersion(DeadLetterTable.CommitCountOf(_jobId)) != _commits)
        {
            return $"another run of {_jobId} wrote to {DeadLetterTable.Binance}, or it was restored";
        }

        IReadOnlyDictionary<string, string> known = letters.Count == 0
            ? new Dictionary<string, string>()
            : await _table.StatesOfAsync([.. letters.Select(l => l.DlqId)], letters.Select(l => l.Day), ct).ConfigureAwait(false);
        List<DeadLetter> fresh = [.. letters.Where(l => !known.ContainsKey(l.DlqId)).DistinctBy(l => l.DlqId)];
        long commits = (_commits ?? 0) + 1;
        CommitOutcome outcome = await _table.AppendAsync(fresh, new AppTransaction(_jobId, position), commits, before.Version, ct).ConfigureAwait(false);
        return outcome.Match(
            _ => Moved(position, commits),
            _ => Moved(position, commits),
            superseded => superseded.Why,
            conflict => conflict.Why);
    }

    private string? Moved(long position, long commits)
    {
        _position = position;
        _commits = commits;
        return null;
    }

    private void Remember(Snapshot snapshot)
    {
        _position = snapshot.TransactionVersion(_jobId);
        _commits = snapshot.TransactionVersion(DeadLetterTable.CommitCountOf(_jobId));
    }
}
