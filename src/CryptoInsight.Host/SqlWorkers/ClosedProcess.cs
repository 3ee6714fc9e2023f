using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace CryptoInsight.Host.SqlWorkers;

/// <summary>Closes the own process in: little priority, bounded memory, no writing, no network, no other process. Then tries each wall, and says which hold.</summary>
/// <remarks>Where the machine has no such means (not Linux), nothing is closed and nothing is claimed; the gate, the read-only database and the watching node remain.</remarks>
internal static partial class ClosedProcess
{
    private const int ResourceCpu = 0, ResourceFileSize = 1, ResourceData = 2, ResourceCore = 4, LeastPriority = 19, ScheduleIdle = 5;
    private const int SetNoNewPrivileges = 38, SetModeFilter = 1, AllThreads = 1;

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct FilterProgram
    {
        public ushort Length;
        public nint Instructions;
    }

    /// <summary>Closes the process in.</summary>
    /// <param name="dataBytesMax">What it may map to write to, in bytes; beyond, allocations fail.</param>
    public static WorkerProtocol.WorkerWalls Close(long dataBytesMax)
    {
        if (!OperatingSystem.IsLinux())
        {
            return new WorkerProtocol.WorkerWalls(false, false, false, false);
        }

        int none = 0;
        foreach (string thread in Directory.EnumerateDirectories("/proc/self/task"))
        {
            int id = int.Parse(Path.GetFileName(thread), CultureInfo.InvariantCulture);
            _ = SetPriority(0, id, LeastPriority); // threads to come inherit both
            _ = SetScheduler(id, ScheduleIdle, in none);
        }

        Set(ResourceCore, 0);
        Set(ResourceFileSize, 0);
        bool memory = Set(ResourceData, (ulong)dataBytesMax);
        bool filtered = Filter();
        return new WorkerProtocol.WorkerWalls(filtered && !CanWrite(), filtered && !CanConnect(), filtered && !CanStart(), memory);
    }

    /// <summary>Lets the kernel end this process after so many seconds of processor time from now.</summary>
    public static void LimitCpu(int seconds)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using var self = System.Diagnostics.Process.GetCurrentProcess();
        var limit = new Limit { Soft = (ulong)Math.Ceiling(self.TotalProcessorTime.TotalSeconds) + (ulong)seconds, Hard = ulong.MaxValue };
        _ = SetLimit(ResourceCpu, in limit);
    }

    /// <summary>Ends the process at once, whatever its threads do.</summary>
    public static void End()
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS())
        {
            Exit(0);
        }

        Environment.Exit(0);
    }

    private static bool Set(int resource, ulong value)
    {
        var limit = new Limit { Soft = value, Hard = value };
        return SetLimit(resource, in limit) == 0;
    }

    private static unsafe bool Filter()
    {
        if (SystemCallFilter.ForThisMachine() is not { } filter || Control(SetNoNewPrivileges, 1, 0, 0, 0) != 0)
        {
            return false;
        }

        fixed (SystemCallFilter.Instruction* first = filter.Program)
        {
            var program = new FilterProgram { Length = (ushort)filter.Program.Length, Instructions = (nint)first };
            return SystemCall(filter.SeccompCall, SetModeFilter, AllThreads, (nint)(&program)) == 0;
        }
    }

    private static bool CanWrite()
    {
        string file = Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"cryptoinsight-wall-{Environment.ProcessId}"));
        try
        {
            using FileStream made = File.Create(file);
            return true;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool CanConnect()
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static bool CanStart()
    {
        try
        {
            using System.Diagnostics.Process? made = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("/bin/true") { UseShellExecute = false });
            return true;
        }
        catch (Exception refused) when (refused is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, in Limit limit);

    [LibraryImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    private static partial int SetPriority(int which, int who, int priority);

    [LibraryImport("libc", EntryPoint = "sched_setscheduler", SetLastError = true)]
    private static partial int SetScheduler(int thread, int policy, in int priority);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Control(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint operation, nint flags, nint program);

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int code);
}
