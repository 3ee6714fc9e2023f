using System.Runtime.InteropServices;

namespace CryptoInsight.Benchmarks.Opponents;

/// <summary>Makes durable what an opponent wrote that does not do so itself.</summary>
internal static partial class Durable
{
    // As many at once as our own writer lets overlap.
    private static readonly ParallelOptions s_atOnce = new() { MaxDegreeOfParallelism = 16 };

    /// <summary>Syncs every file below a folder, then every folder.</summary>
    public static void Tree(string root)
    {
        Parallel.ForEach(Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories), s_atOnce, Sync);
        Parallel.ForEach(Directory.EnumerateDirectories(root, "*", SearchOption.AllDirectories).Append(root), s_atOnce, Sync);
    }

    /// <summary>Syncs one file or folder.</summary>
    public static void Sync(string path)
    {
        int handle = Open(path, 0);
        if (handle < 0 || Fsync(handle) != 0)
        {
            throw new IOException($"'{path}' cannot be synced (error {Marshal.GetLastPInvokeError()}).");
        }

        _ = Close(handle);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int handle);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int handle);
}
