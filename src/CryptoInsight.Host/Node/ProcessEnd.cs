using System.Runtime.InteropServices;

namespace CryptoInsight.Host.Node;

/// <summary>The end of the process once a command is done.</summary>
/// <remarks>A node that stops may leave reads of tables on their threads: nothing waits for them and nothing is lost with them. An orderly exit, however, first runs the destructors of
/// the native Parquet library, and a thread that then asks it for memory aborts the whole process (exit code 134 instead of 0; seen in about one of sixty stops on a busy machine).
/// So the process ends without them, as it may end at any other instant.</remarks>
internal static partial class ProcessEnd
{
    /// <summary>Ends the process now, with everything that was printed.</summary>
    public static int With(int exitCode)
    {
        Console.Out.Flush();
        Console.Error.Flush();
        if (!OperatingSystem.IsWindows())
        {
            EndNow(exitCode);
        }

        return exitCode;
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void EndNow(int exitCode);
}
