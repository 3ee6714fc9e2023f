using System.Globalization;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Log;

/// <summary>The names of log files.</summary>
/// <remarks><b>Source</b>: PROTOCOL.md, "Delta Log Entries", "Checkpoints".</remarks>
internal static class LogFiles
{
    internal const string Folder = "_delta_log/";
    internal const string LastCheckpoint = Folder + "_last_checkpoint";
    internal const string Sidecars = Folder + "_sidecars/";
    private const int VersionDigits = 20;

    /// <summary>The key of a commit.</summary>
    internal static string Commit(long version) => string.Create(CultureInfo.InvariantCulture, $"{Folder}{version:D20}.json");

    /// <summary>The key of a classic checkpoint.</summary>
    internal static string ClassicCheckpoint(long version) => string.Create(CultureInfo.InvariantCulture, $"{Folder}{version:D20}.checkpoint.parquet");

    /// <summary>A key that sorts before every file of a version and after every file of the version before.</summary>
    internal static string Before(long version) => string.Create(CultureInfo.InvariantCulture, $"{Folder}{version:D20}");

    /// <summary>Lists the log, from the first file of <paramref name="fromVersion"/>.</summary>
    internal static async Task<LogListing> ListAsync(IObjectStore store, long fromVersion, CancellationToken ct)
    {
        LogListing listing = new();
        await foreach (StoredObject found in store.ListAsync(Folder, fromVersion > 0 ? Before(fromVersion) : null, ct).ConfigureAwait(false))
        {
            ReadOnlySpan<char> name = found.Key.AsSpan(Folder.Length);
            if (name.Length > 0 && name[0] > '9')
            {
                // Ordinal order: only _last_checkpoint, _sidecars/ and other names follow.
                break;
            }

            listing.Take(found, name);
        }

        listing.Complete();
        return listing;
    }

    /// <summary>Reads the version of a file name, and what follows it.</summary>
    internal static bool TryVersion(ReadOnlySpan<char> name, out long version, out ReadOnlySpan<char> rest)
    {
        version = -1;
        rest = default;
        if (name.Length <= VersionDigits || name[VersionDigits] != '.' || !long.TryParse(name[..VersionDigits], NumberStyles.None, CultureInfo.InvariantCulture, out version))
        {
            return false;
        }

        rest = name[(VersionDigits + 1)..];
        return true;
    }
}

/// <summary>How a checkpoint is stored.</summary>
internal enum CheckpointKind
{
    /// <summary>One Parquet file, v1 or v2.</summary>
    Parquet,

    /// <summary>A v2 manifest as JSON.</summary>
    Json,
}

/// <summary>A checkpoint whose parts are all there.</summary>
internal sealed record CheckpointFiles(long Version, CheckpointKind Kind, IReadOnlyList<StoredObject> Parts);

/// <summary>What a listing of the log holds.</summary>
internal sealed class LogListing
{
    private readonly Dictionary<(long Version, long Parts), List<(long Part, StoredObject File)>> _multiPart = [];

    /// <summary>Commits by version, ascending.</summary>
    internal List<(long Version, StoredObject File)> Commits { get; } = [];

    /// <summary>Whole checkpoints by version, ascending.</summary>
    internal List<CheckpointFiles> Checkpoints { get; } = [];

    /// <summary>Everything with a version in its name.</summary>
    internal List<(long Version, StoredObject File)> All { get; } = [];

    /// <summary>The newest version that the listing shows, or -1.</summary>
    internal long Newest => Math.Max(Commits.Count > 0 ? Commits[^1].Version : -1, Checkpoints.Count > 0 ? Checkpoints[^1].Version : -1);

    internal void Take(StoredObject file, ReadOnlySpan<char> name)
    {
        if (!LogFiles.TryVersion(name, out long version, out ReadOnlySpan<char> rest))
        {
            return;
        }

        All.Add((version, file));
        if (rest is "json")
        {
            Commits.Add((version, file));
        }
        else if (rest is "checkpoint.parquet")
        {
            Checkpoints.Add(new CheckpointFiles(version, CheckpointKind.Parquet, [file]));
        }
        else if (rest.StartsWith("checkpoint.", StringComparison.Ordinal))
        {
            TakeNamedCheckpoint(file, version, rest["checkpoint.".Length..]);
        }
    }

    internal void Complete()
    {
        foreach (((long version, long parts), List<(long Part, StoredObject File)> files) in _multiPart)
        {
            // Readers must ignore multi-part checkpoints with missing parts.
            if (files.Count == parts && files.Select(static f => f.Part).Order().SequenceEqual(Enumerable.Range(1, (int)parts).Select(static i => (long)i)))
            {
                Checkpoints.Add(new CheckpointFiles(version, CheckpointKind.Parquet, [.. files.OrderBy(static f => f.Part).Select(static f => f.File)]));
            }
        }

        Checkpoints.Sort(static (a, b) => a.Version.CompareTo(b.Version));
    }

    private void TakeNamedCheckpoint(StoredObject file, long version, ReadOnlySpan<char> rest)
    {
        if (rest.Length == 29 && rest[10] == '.' && rest[21..] is ".parquet")
        {
            if (long.TryParse(rest[..10], NumberStyles.None, CultureInfo.InvariantCulture, out long part) && long.TryParse(rest[11..21], NumberStyles.None, CultureInfo.InvariantCulture, out long parts) && parts is > 0 and < 1_000_000)
            {
                (_multiPart.TryGetValue((version, parts), out List<(long, StoredObject)>? files) ? files : _multiPart[(version, parts)] = []).Add((part, file));
            }
        }
        else if (rest.EndsWith(".json", StringComparison.Ordinal))
        {
            Checkpoints.Add(new CheckpointFiles(version, CheckpointKind.Json, [file]));
        }
        else if (rest.EndsWith(".parquet", StringComparison.Ordinal))
        {
            Checkpoints.Add(new CheckpointFiles(version, CheckpointKind.Parquet, [file]));
        }
    }
}
