using System.Runtime.CompilerServices;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta;

/// <summary>A table as a stream: first the rows that are there, then what every commit adds or changes, in steps of bounded size.</summary>
/// <remarks>The caller keeps the <see cref="SourceOffset"/> of each step with what it made of the step, and goes on from it; nothing is kept here. Versions that only rearrange rows are passed over.
/// Steps may split a version between files. For whole versions, as the jobs of an engine want them, see <see cref="TableTail"/>.</remarks>
public sealed class TableSource
{
    private readonly TableSourceOptions _options;
    private (long Version, IReadOnlyList<AddFile> Files) _initial = (-1, []);

    /// <summary>Reads <paramref name="table"/>.</summary>
    public TableSource(DeltaTable table, TableSourceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        Table = table;
        _options = options ?? new TableSourceOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.FilesMax, 1);
        if (_options.StartingVersion is not null && _options.StartingTimestamp is not null)
        {
            throw new ArgumentException("A stream starts at a version or at an instant, not at both.", nameof(options));
        }
    }

    /// <summary>The table.</summary>
    public DeltaTable Table { get; }

    /// <summary>The next step after an offset; null: the first one, by the options.</summary>
    public async Task<SourceStep> NextAsync(SourceOffset? after, CancellationToken ct = default)
    {
        Snapshot newest = await Table.RefreshAsync(ct).ConfigureAwait(false);
        SourceOffset offset = after ?? await StartAsync(newest, ct).ConfigureAwait(false);
        if (offset.Version > newest.Version + 1)
        {
            return new SourceStep.Rewound(newest.Version);
        }

        if (offset.IsInitialSnapshot)
        {
            SourceStep initial = await InitialAsync(offset, newest, ct).ConfigureAwait(false);
            if (initial is not SourceStep.CaughtUp { Next: var next })
            {
                return initial;
            }

            offset = next;
        }

        return await TailAsync(offset, newest, ct).ConfigureAwait(false);
    }

    /// <summary>The rows of a step: inserts, or with <see cref="TableSourceOptions.ReadChangeFeed"/> every kind of change, in order of version.</summary>
    /// <remarks><see cref="MissingFileException"/> if VACUUM took the files of a follower that came too late (see <see cref="DeltaTable.Readers"/>).</remarks>
    public async IAsyncEnumerable<ChangeBatch> ReadAsync(SourceStep.Batch step, IReadOnlyList<string>? columns = null, [EnumeratorCancellation] CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(step);
        if (step.IsChangeFeed)
        {
            await foreach (ChangeBatch changes in Table.ReadChangesAsync(step.FromExclusive, step.ToInclusive, columns, ct).ConfigureAwait(false))
            {
                yield return changes;
            }

            yield break;
        }

        Snapshot snapshot = await Table.SnapshotAtAsync(step.ToInclusive, ct).ConfigureAwait(false);
        foreach (VersionedFile file in step.Files)
        {
            await foreach (Apache.Arrow.RecordBatch rows in Table.ReadFilesAsync(snapshot, [file.File], columns, null, ct).ConfigureAwait(false))
            {
                yield return new ChangeBatch(file.Version, ChangeKind.Insert, rows);
            }
        }
    }

    private async Task<SourceOffset> StartAsync(Snapshot newest, CancellationToken ct)
    {
        if (_options.StartingVersion is { } version)
        {
            return new SourceOffset(version == TableSourceOptions.Newest ? newest.Version + 1 : version, 0, false);
        }

        if (_options.StartingTimestamp is not { } instant)
        {
            return new SourceOffset(newest.Version, 0, true);
        }

        try
        {
            return new SourceOffset(await new CommitTimes(Table.Log).NewestAtAsync(instant.AddMilliseconds(-1), ct).ConfigureAwait(false) + 1, 0, false);
        }
        catch (VersionNotFoundException)
        {
            // Before everything that can still be read: from its beginning.
            LogListing listing = await LogFiles.ListAsync(Table.Store, 0, ct).ConfigureAwait(false);
            return new SourceOffset(listing.Commits.Count > 0 ? listing.Commits[0].Version : newest.Version + 1, 0, false);
        }
    }

    private async Task<SourceStep> InitialAsync(SourceOffset offset, Snapshot newest, CancellationToken ct)
    {
        if (_initial.Version != offset.Version)
        {
            try
            {
                Snapshot snapshot = await Table.SnapshotAtAsync(offset.Version, ct).ConfigureAwait(false);
                _initial = (offset.Version, [.. snapshot.Files.OrderBy(static f => f.ModificationTime).ThenBy(static f => f.Path, StringComparer.Ordinal)]);
            }
            catch (VersionNotFoundException)
            {
                return await FellBehindAsync(newest, ct).ConfigureAwait(false);
            }
        }

        IReadOnlyList<AddFile> all = _initial.Files;
        Room room = new(_options);
        int at = (int)offset.FilesDone;
        while (at < all.Count && room.Takes(1, all[at].Size))
        {
            at++;
        }

        SourceOffset next = at < all.Count ? offset with { FilesDone = at } : new SourceOffset(offset.Version + 1, -1, false);
        return at == offset.FilesDone
            ? new SourceStep.CaughtUp(next)
            : new SourceStep.Batch(next, offset.Version, offset.Version, [.. all.Skip((int)offset.FilesDone).Take(at - (int)offset.FilesDone).Select(f => new VersionedFile(offset.Version, f))], false);
    }

    private async Task<SourceStep> TailAsync(SourceOffset start, Snapshot newest, CancellationToken ct)
    {
        List<VersionedFile> files = [];
        Room room = new(_options);
        SourceOffset at = start;
        while (at.Version <= newest.Version && !room.IsFull)
        {
            if (await Table.Log.CommitAtAsync(at.Version, ct).ConfigureAwait(false) is not { } commit)
            {
                return at == start ? await FellBehindAsync(newest, ct).ConfigureAwait(false) : Batch(start, at, files);
            }

            SourceStep? stop = at.FilesDone < 0 ? await SchemaStepAsync(commit, ct).ConfigureAwait(false) : null;
            stop ??= _options.ReadChangeFeed ? null : Refusal(commit);
            if (stop is not null)
            {
                return room.IsEmpty ? stop : Batch(start, at, files);
            }

            int first = (int)Math.Max(at.FilesDone, 0);
            int done = _options.ReadChangeFeed ? TakeWhole(commit, room) : Take(commit, first, room, files);
            if (done < 0)
            {
                // The room is used up inside this version, or before it.
                return Batch(start, _options.ReadChangeFeed ? at : at with { FilesDone = ~done }, files);
            }

            at = new SourceOffset(at.Version + 1, -1, false);
        }

        return room.IsEmpty ? new SourceStep.CaughtUp(at) : Batch(start, at, files);
    }

    private SourceStep.Batch Batch(SourceOffset start, SourceOffset next, List<VersionedFile> files) =>
        new(next, start.Version - 1, next.FilesDone > 0 ? next.Version : next.Version - 1, files, _options.ReadChangeFeed);

    // All files from the first on: 0 if they fit, else the complement of how many of the version are done.
    private int Take(LogCommit commit, int first, Room room, List<VersionedFile> files)
    {
        if (_options.OnChanges is SourceChanges.Skip or SourceChanges.SkipDeletes && !IsAppend(commit))
        {
            return 0;
        }

        List<AddFile> adds = [.. commit.Adds.Where(static a => a.DataChange)];
        for (int i = first; i < adds.Count; i++)
        {
            if (!room.Takes(1, adds[i].Size))
            {
                return ~i;
            }

            files.Add(new VersionedFile(commit.Version, adds[i]));
        }

        return 0;
    }

    // Changes of a version belong together.
    private static int TakeWhole(LogCommit commit, Room room)
    {
        if (commit.ChangeFiles.Count > 0)
        {
            return room.Takes(commit.ChangeFiles.Count, commit.ChangeFiles.Sum(static c => c.Size)) ? 0 : ~0;
        }

        int files = commit.Adds.Count(static a => a.DataChange) + commit.Removes.Count(static r => r.DataChange);
        return files == 0 || room.Takes(files, commit.Adds.Where(static a => a.DataChange).Sum(static a => a.Size) + commit.Removes.Where(static r => r.DataChange).Sum(static r => r.Size ?? 0)) ? 0 : ~0;
    }

    private SourceStep.ChangesRefused? Refusal(LogCommit commit)
    {
        bool onlyDeletes = !commit.Adds.Exists(static a => a.DataChange);
        return IsAppend(commit) || _options.OnChanges is SourceChanges.Skip or SourceChanges.Resend || (_options.OnChanges == SourceChanges.SkipDeletes && onlyDeletes)
            ? null
            : new SourceStep.ChangesRefused(commit.Version, onlyDeletes, new SourceOffset(commit.Version + 1, -1, false));
    }

    private async Task<SourceStep?> SchemaStepAsync(LogCommit commit, CancellationToken ct)
    {
        if (commit.Metadata is not { } metadata || commit.Version == 0)
        {
            return null;
        }

        StructType after = SchemaJson.Parse(metadata.SchemaString);
        Snapshot? before = null;
        try
        {
            before = await Table.SnapshotAtAsync(commit.Version - 1, ct).ConfigureAwait(false);
        }
        catch (VersionNotFoundException)
        {
            // The log begins here: nobody can tell what the schema was, so the caller is asked to look.
        }

        return before is not null && DeltaTable.SameShape(before.Schema, after) && before.Metadata.PartitionColumns.SequenceEqual(metadata.PartitionColumns, StringComparer.OrdinalIgnoreCase)
            ? null
            : new SourceStep.SchemaChanged(commit.Version, before?.Schema, after, new SourceOffset(commit.Version, 0, false));
    }

    private async Task<SourceStep> FellBehindAsync(Snapshot newest, CancellationToken ct) =>
        new SourceStep.FellBehind(await TableTail.OldestAsync(Table, ct).ConfigureAwait(false), newest.Version);

    private static bool IsAppend(LogCommit commit) => !commit.Removes.Exists(static r => r.DataChange) && !commit.Adds.Exists(static a => a.DataChange && a.DeletionVector is not null);

    /// <summary>What is left of a step's limits; the first thing always fits.</summary>
    private sealed class Room(TableSourceOptions options)
    {
        private long _files;
        private long _bytes;

        public bool IsEmpty => _files == 0;

        public bool IsFull => _files >= options.FilesMax || _bytes >= options.BytesMax;

        public bool Takes(long files, long bytes)
        {
            if (_files > 0 && (_files + files > options.FilesMax || _bytes + bytes > options.BytesMax))
            {
                return false;
            }

            _files += files;
            _bytes += bytes;
            return true;
        }
    }
}
