using System.Collections.Immutable;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Tests.Campaigns;

/// <summary>One row of the campaign's table.</summary>
internal sealed record StageRow(long Id, string Part, long Val, string? Note)
{
    public override string ToString() => $"{Id}|{Part}|{Val}|{Note ?? "NULL"}";
}

/// <summary>What the rows must be at every version: each commit that lands is judged at once, and its operation applied to a plain dictionary.</summary>
internal sealed class TableOracle(MemoryObjectStore objects, ObjectNames names)
{
    private readonly Dictionary<(string AppId, long Number), Func<TableOracle, ImmutableSortedDictionary<long, StageRow>, ImmutableSortedDictionary<long, StageRow>>> _operations = [];
    private readonly HashSet<(string AppId, long Number)> _landed = [];
    private readonly Dictionary<string, long> _attempts = [];
    private readonly HashSet<string> _disowned = [];
    private readonly Dictionary<string, AddFile> _live = new(StringComparer.Ordinal);

    /// <summary>The rows by version.</summary>
    public List<ImmutableSortedDictionary<long, StageRow>> States { get; } = [];

    /// <summary>The commits by version.</summary>
    public List<LogCommit> Commits { get; } = [];

    public long Newest => Commits.Count - 1;

    /// <summary>Hears of every commit, for the trace.</summary>
    public Action<string>? Told { get; set; }

    /// <summary>Says what an operation means before it is tried.</summary>
    public void Plan(string appId, long number, Func<TableOracle, ImmutableSortedDictionary<long, StageRow>, ImmutableSortedDictionary<long, StageRow>> operation) => _operations[(appId, number)] = operation;

    /// <summary>The caller was told that this attempt came to nothing.</summary>
    public void Disown(string attempt)
    {
        Assert.False(_attempts.ContainsKey(attempt), $"{attempt} landed as version {_attempts.GetValueOrDefault(attempt)}, but its caller was told that it had not.");
        _disowned.Add(attempt);
    }

    /// <summary>The caller was told that this attempt is a version.</summary>
    public void Confirm(string attempt, long version) =>
        Assert.True(_attempts.TryGetValue(attempt, out long landed) && landed == version, $"{attempt} was told to be version {version}, but is not.");

    public bool HasLanded(string appId, long number) => _landed.Contains((appId, number));

    /// <summary>Judges a commit at the instant at which it takes effect.</summary>
    public void Landed(long version, byte[] bytes)
    {
        Assert.True(version == Commits.Count, $"version {version} landed, but the newest was {Newest}");
        LogCommit commit = LogCommitReader.Parse(bytes, version, objects.Root);
        Commits.Add(commit);
        Told?.Invoke($"  v{version} {commit.Facts.Operation} {string.Join(' ', commit.Transactions.Select(static t => $"{t.AppId}/{t.Version}"))}: +{string.Join(" +", commit.Adds.Select(Short))} -{string.Join(" -", commit.Removes.Select(r => $"{names.Of(TablePath.Canonical(r.Path, objects.Root))}@{r.DeletionTimestamp}"))}");
        ReplayStrictly(commit);
        States.Add(version == 0 ? ImmutableSortedDictionary<long, StageRow>.Empty : Apply(commit));
        long rows = _live.Values.Sum(static f => FileStats.Of(f).NumRecords!.Value - (f.DeletionVector?.Cardinality ?? 0));
        Assert.True(rows == States[^1].Count, $"version {version} ({commit.Facts.Operation}) has {rows} rows by its log, {States[^1].Count} by the model");
    }

    /// <summary>Whether files of a version may be gone: removed longer ago than the retention when VACUUM ran.</summary>
    public bool IsPastRetention(long version, DateTimeOffset vacuumCutoff) =>
        Commits.Skip((int)version + 1).SelectMany(static c => c.Removes).Any(r => r.DeletionTimestamp < vacuumCutoff.ToUnixTimeMilliseconds());

    /// <summary>Whether files that tell the changes of a version may be gone; change files live as long as they are young, and were written while the commit was prepared.</summary>
    public bool AreChangesPastRetention(long version, DateTimeOffset vacuumCutoff) =>
        IsPastRetention(version - 1, vacuumCutoff) || Commits[(int)version].Facts.Timestamp < (vacuumCutoff + StageWorld.OperationMax).ToUnixTimeMilliseconds();

    private ImmutableSortedDictionary<long, StageRow> Apply(LogCommit commit)
    {
        ImmutableSortedDictionary<long, StageRow> state = States[^1];
        string? attempt = commit.ReadCommitInfo()?.Content.TryGetProperty("userMetadata", out System.Text.Json.JsonElement text) == true ? text.GetString() : null;
        if (attempt is not null)
        {
            Assert.False(_disowned.Contains(attempt), $"{attempt} landed as version {commit.Version} after its caller was told that it had failed.");
            _attempts.Add(attempt, commit.Version);
        }

        foreach (AppTransaction txn in commit.Transactions)
        {
            Assert.True(_landed.Add((txn.AppId, txn.Version)), $"operation {txn.Version} of {txn.AppId} landed twice");
            state = _operations[(txn.AppId, txn.Version)](this, state);
        }

        Assert.True(commit.Transactions.Count > 0 || !commit.HasDataChange, $"version {commit.Version} changes rows, but is nobody's operation");
        return state;
    }

    private string Short(AddFile file) => names.Of(TablePath.Canonical(file.Path, objects.Root)) + (file.DeletionVector is null ? "" : "*");

    // The log must name exactly what is live: no reader may have to guess.
    private void ReplayStrictly(LogCommit commit)
    {
        foreach (RemoveFile remove in commit.Removes)
        {
            string path = TablePath.Canonical(remove.Path, objects.Root);
            Assert.True(_live.Remove(path, out AddFile? live) && live.DeletionVector?.UniqueId == remove.DeletionVector?.UniqueId, $"version {commit.Version} ({commit.Facts.Operation}) removes a file that is not live, or not with that vector");
        }

        foreach (AddFile add in commit.Adds)
        {
            Assert.True(_live.TryAdd(TablePath.Canonical(add.Path, objects.Root), add), $"version {commit.Version} adds a file that is live already");
            CheckThere(TablePath.ToKey(add.Path, objects.Root), commit);
            if (add.DeletionVector is { } vector && DeletionVectorFiles.KeyOf(vector, objects.Root) is string key)
            {
                CheckThere(key, commit);
            }
        }

        commit.ChangeFiles.ForEach(c => CheckThere(TablePath.ToKey(c.Path, objects.Root), commit));
    }

    private void CheckThere(string key, LogCommit commit) =>
        Assert.True(objects.FindAsync(key).GetAwaiter().GetResult() is not null, $"version {commit.Version} ({commit.Facts.Operation}) names a file that is not in the store");
}
