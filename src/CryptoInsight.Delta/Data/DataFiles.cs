using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Data;

/// <summary>Opens the files that the log names.</summary>
internal static class DataFiles
{
    public static async Task<Stream> OpenAsync(IObjectStore store, string logPath, CancellationToken ct)
    {
        string key = TablePath.ToKey(logPath, store.Root);
        try
        {
            return await store.OpenReadAsync(key, ct).ConfigureAwait(false);
        }
        catch (ObjectNotFoundException e)
        {
            throw Missing(key, store, e);
        }
    }

    public static MissingFileException Missing(string key, IObjectStore store, Exception inner) =>
        new($"The table at {store.Root} names the file '{Printable(key)}', which is not there: VACUUM removed it while an old version was read, or it was deleted by hand. Read a newer version, or restore the file from a backup.", inner);

    /// <summary>A file's name for a message: text from a log may hold anything.</summary>
    public static string Printable(string key) =>
        key.Length <= 512 && !key.Any(char.IsControl) ? key : $"(a name of {key.Length} characters)";
}
