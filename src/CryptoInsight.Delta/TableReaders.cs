using System.Globalization;
using System.Text;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta;

/// <summary>Who follows a table and how far each has come: log cleanup and VACUUM, of whatever process, keep what they still have to read.</summary>
/// <remarks>Registrations lie beside the table (<c>_delta_readers/</c>), not in its log: to move one makes no version. Other engines do not know them, so let only this one clean a table that is followed.
/// A reader that stands still for longer than <see cref="DeltaTableOptions.ReaderHoldMax"/> is reported and, unless the limit only reports, holds nothing back any more.</remarks>
public sealed class TableReaders
{
    private const string Folder = "_delta_readers/";
    private const string Suffix = ".position";
    private const string Embedding = "(LogNeededFrom)";

    private readonly TableLog _log;
    private readonly DeltaTableOptions _options;

    internal TableReaders(TableLog log, DeltaTableOptions options) => (_log, _options) = (log, options);

    /// <summary>Registers a reader, or moves it.</summary>
    /// <param name="name">Letters, digits and <c>-_.</c>, at most 128, not beginning with a point.</param>
    /// <param name="position">The version that it has read up to; -1: nothing yet.</param>
    /// <param name="ct">Cancels.</param>
    public Task RegisterAsync(string name, long position, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(position, -1);
        return _log.Store.PutAsync(KeyOf(name), Encoding.ASCII.GetBytes(position.ToString(CultureInfo.InvariantCulture)), ct);
    }

    /// <summary>Forgets a reader; no error if it is not registered.</summary>
    public Task UnregisterAsync(string name, CancellationToken ct = default) => _log.Store.DeleteAsync(KeyOf(name), ct);

    /// <summary>All registrations, by name.</summary>
    public async Task<IReadOnlyList<RegisteredReader>> ListAsync(CancellationToken ct = default)
    {
        List<RegisteredReader> readers = [];
        await foreach (StoredObject found in _log.Store.ListAsync(Folder, null, ct).ConfigureAwait(false))
        {
            if (found.Key.EndsWith(Suffix, StringComparison.Ordinal) && await PositionAsync(found.Key, ct).ConfigureAwait(false) is { } position)
            {
                readers.Add(new RegisteredReader(found.Key[Folder.Length..^Suffix.Length], position, found.ModifiedAt));
            }
        }

        return readers;
    }

    /// <summary>The lowest position that cleanup and VACUUM must not pass, or null if nobody holds them back.</summary>
    internal async Task<long?> NeededFromAsync(CancellationToken ct)
    {
        List<(string Name, long Position)> all = [.. (await ListAsync(ct).ConfigureAwait(false)).Select(static r => (r.Name, r.Position))];
        if (_options.LogNeededFrom?.Invoke() is { } needed)
        {
            all.Add((Embedding, needed));
        }

        long? lowest = null;
        foreach ((string name, long position) in all)
        {
            if (await HoldsAsync(name, position, ct).ConfigureAwait(false))
            {
                lowest = Math.Min(lowest ?? long.MaxValue, position);
            }
        }

        return lowest;
    }

    // How long the first version that the reader has not read is waiting for it.
    private async Task<bool> HoldsAsync(string name, long position, CancellationToken ct)
    {
        if (position >= _log.Current.Version || await _log.Store.FindAsync(LogFiles.Commit(position + 1), ct).ConfigureAwait(false) is not { } next)
        {
            // Caught up: only what comes is of interest. Or behind the log's beginning: what it waits for is gone, and it will be told so.
            return position >= _log.Current.Version;
        }

        TimeSpan waiting = _options.Clock.GetUtcNow() - next.ModifiedAt;
        if (waiting <= _options.ReaderHoldMax)
        {
            return true;
        }

        _options.OnReaderPastLimit?.Invoke(new ReaderPastLimit(name, position, waiting, _options.ReaderLimitOnlyReports));
        return _options.ReaderLimitOnlyReports;
    }

    private async Task<long?> PositionAsync(string key, CancellationToken ct)
    {
        try
        {
            string text = Encoding.ASCII.GetString(await _log.Store.ReadAsync(key, ct).ConfigureAwait(false));
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long position) && position >= -1
                ? position
                : throw new CorruptTableException($"The registration of a reader of the table at {_log.Store.Root} holds no position. Register the reader again, or unregister it; until then nothing is cleaned.");
        }
        catch (ObjectNotFoundException)
        {
            // Unregistered while we looked.
            return null;
        }
    }

    private static string KeyOf(string name) =>
        name is { Length: > 0 and <= 128 } && name[0] != '.' && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? Folder + name + Suffix
            : throw new ArgumentException("A reader's name is made of letters, digits, '-', '_' and '.', at most 128 of them, and does not begin with '.'.", nameof(name));
}

/// <summary>A follower of a table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Position">The version that it has read up to.</param>
/// <param name="MovedAt">When it was registered or moved last.</param>
public sealed record RegisteredReader(string Name, long Position, DateTimeOffset MovedAt);

/// <summary>A follower that cleanup and VACUUM have waited for too long.</summary>
/// <param name="Name">Its name; <c>(LogNeededFrom)</c> for the position that the embedding program gave.</param>
/// <param name="Position">The version that it has read up to.</param>
/// <param name="Waiting">How long the next version waits for it.</param>
/// <param name="IsHeldFor">Whether cleanup and VACUUM wait on, because the limit only reports.</param>
public sealed record ReaderPastLimit(string Name, long Position, TimeSpan Waiting, bool IsHeldFor);
