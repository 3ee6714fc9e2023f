using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace CryptoInsight.Delta.Store;

/// <summary>The few system calls that .NET does not offer: exclusive naming, replacing rename, and making a folder durable.</summary>
[UnsupportedOSPlatform("windows")]
internal static partial class PosixFiles
{
    private const int NoSuchEntry = 2;
    private const int Exists = 17;
    private const int NotPermitted = 1;
    private const int InvalidArgument = 22;
    private const int NotImplementedCall = 38;
    private const int NotSupportedLinux = 95;
    private const int NotSupportedMac = 45;
    private const int TooManyLinks = 31;
    private const int CurrentFolder = -100;
    private const uint NoReplace = 1;

    /// <summary>Gives the file a second name unless that name is taken; false if it is. The kernel decides, so exactly one of any number of racing callers wins.</summary>
    internal static bool LinkIfAbsent(string from, string to)
    {
        if (Link(from, to) == 0)
        {
            return true;
        }

        int error = Marshal.GetLastPInvokeError();
        return error switch
        {
            Exists => false,
            NotPermitted or NotSupportedLinux or NotSupportedMac or NotImplementedCall or TooManyLinks => RenameIfAbsent(from, to, error),
            _ => throw Failure("link", to, error),
        };
    }

    /// <summary>Renames, replacing what has that name; readers see one or the other.</summary>
    internal static void Replace(string from, string to)
    {
        if (Rename(from, to) != 0)
        {
            throw Failure("rename", to, Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Makes the names in a folder durable.</summary>
    internal static void SyncFolder(string path)
    {
        int handle = Open(path, 0);
        if (handle < 0)
        {
            throw Failure("open", path, Marshal.GetLastPInvokeError());
        }

        try
        {
            // Some network file systems cannot sync a folder and say EINVAL: there the server makes names durable by itself.
            if (Fsync(handle) != 0 && Marshal.GetLastPInvokeError() is int error and not InvalidArgument)
            {
                throw Failure("fsync", path, error);
            }
        }
        finally
        {
            _ = Close(handle);
        }
    }

    /// <summary>Removes a name; false if it was gone already.</summary>
    internal static bool Remove(string path)
    {
        if (Unlink(path) == 0)
        {
            return true;
        }

        int error = Marshal.GetLastPInvokeError();
        return error == NoSuchEntry ? false : throw Failure("unlink", path, error);
    }

    // File systems without hard links (FAT, some network mounts): the same exclusivity through renameat2, where the kernel has it.
    private static bool RenameIfAbsent(string from, string to, int linkError)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw Failure("link", to, linkError);
        }

        if (RenameAt2(CurrentFolder, from, CurrentFolder, to, NoReplace) == 0)
        {
            return true;
        }

        int error = Marshal.GetLastPInvokeError();
        return error == Exists ? false : throw new IOException(
            $"The file system below '{Path.GetDirectoryName(to)}' has neither hard links (error {linkError}) nor an exclusive rename (error {error}): a Delta log cannot be written there safely. Use another folder.", error);
    }

    private static IOException Failure(string call, string path, int error) => error == NoSuchEntry
        ? new DirectoryNotFoundException($"{call} '{path}': {Marshal.GetPInvokeErrorMessage(error)} (error {error}).")
        : new IOException($"{call} '{path}': {Marshal.GetPInvokeErrorMessage(error)} (error {error}).", error);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string from, string to);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt2(int fromFolder, string from, int toFolder, string to, uint flags);

    [LibraryImport("libc", EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unlink(string path);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int handle);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int handle);
}
