using System.Runtime.InteropServices;

namespace CryptoInsight.Host.SqlWorkers;

/// <summary>A filter of system calls that the kernel applies to a whole process for good (seccomp): no file is opened for writing, made, moved or removed, no socket, no other process.</summary>
/// <remarks>A list of what is refused, not of what is allowed: the runtime and the database are free to do what they do, so long as it stays inside. Refused calls fail with EACCES;
/// clone3 and openat2, whose arguments a filter cannot see, fail as if the kernel did not have them, and libraries then use the older calls.</remarks>
internal static class SystemCallFilter
{
    private const uint Allow = 0x7FFF_0000, Refuse = 0x0005_0000 | 13 /* EACCES */, Unknown = 0x0005_0000 | 38 /* ENOSYS */, Kill = 0x8000_0000;
    private const ushort LoadWord = 0x20, JumpIfEqual = 0x15, JumpIfAtLeast = 0x35, JumpIfAnyBit = 0x45, Return = 0x06;
    private const uint OffsetOfNumber = 0, OffsetOfArchitecture = 4, OffsetOfArguments = 16, BytesOfArgument = 8;
    private const uint OpenToWrite = 0x1 | 0x2 | 0x40 | 0x200; // O_WRONLY, O_RDWR, O_CREAT, O_TRUNC: the same on both machines
    private const uint CloneThread = 0x1_0000;

    private sealed record Machine(uint Architecture, uint NewThread, uint Clone3, uint OpenAt, uint? Open, uint OpenAt2, uint? ForeignAbi, uint[] Refused, int SeccompCall);

    private static readonly Machine s_x64 = new(0xC000_003E, 56, 435, 257, 2, 437, 0x4000_0000,
    [
        85, 76, 87, 263, 82, 264, 316, 83, 258, 84, 86, 265, 88, 266, 90, 91, 268, 452, 92, 93, 94, 260, 133, 259, 132, 235, 261, 280, 188, 189, 190, // files: creat … setxattr
        41, 53, 42, 43, 288, 44, 46, 307, 49, 50, // network: socket … listen
        59, 322, 57, 58, 101, 310, 311, 62, 424, 434, 438, // processes: execve … pidfd_getfd
        165, 166, 155, 161, 304, 428, 429, 430, 308, 272, 321, 298, 323, 248, 249, 250, 425, 426, 427, // the machine: mount … io_uring
    ], 317);

    private static readonly Machine s_arm64 = new(0xC000_00B7, 220, 435, 56, null, 437, null,
    [
        45, 35, 38, 276, 34, 37, 36, 52, 53, 452, 54, 55, 33, 88, 5, 6, 7,
        198, 199, 203, 202, 242, 206, 211, 269, 200, 201,
        221, 281, 117, 270, 271, 129, 424, 434, 438,
        40, 39, 41, 51, 265, 428, 429, 430, 268, 97, 280, 241, 282, 217, 218, 219, 425, 426, 427,
    ], 277);

    [StructLayout(LayoutKind.Sequential)]
    internal readonly record struct Instruction(ushort Code, byte IfTrue, byte IfFalse, uint Operand);

    /// <summary>The filter of this machine, and the number of the call that sets it; null where there is none.</summary>
    public static (Instruction[] Program, int SeccompCall)? ForThisMachine() => RuntimeInformation.ProcessArchitecture switch
    {
        _ when !OperatingSystem.IsLinux() => null,
        Architecture.X64 => (Program(s_x64), s_x64.SeccompCall),
        Architecture.Arm64 => (Program(s_arm64), s_arm64.SeccompCall),
        _ => null,
    };

    /// <summary>Straight-line code: every test is followed by its own verdict, so that no jump is ever longer than one instruction.</summary>
    private static Instruction[] Program(Machine machine)
    {
        var code = new List<Instruction>
        {
            new(LoadWord, 0, 0, OffsetOfArchitecture),
            new(JumpIfEqual, 1, 0, machine.Architecture),
            new(Return, 0, 0, Kill),
            new(LoadWord, 0, 0, OffsetOfNumber),
        };
        if (machine.ForeignAbi is { } foreign)
        {
            code.Add(new(JumpIfAtLeast, 0, 1, foreign));
            code.Add(new(Return, 0, 0, Refuse));
        }

        foreach (uint call in machine.Refused)
        {
            code.Add(new(JumpIfEqual, 0, 1, call));
            code.Add(new(Return, 0, 0, Refuse));
        }

        foreach (uint call in (uint[])[machine.Clone3, machine.OpenAt2])
        {
            code.Add(new(JumpIfEqual, 0, 1, call));
            code.Add(new(Return, 0, 0, Unknown));
        }

        OnlyIf(code, machine.OpenAt, argument: 2, OpenToWrite, whenSet: Refuse, whenClear: Allow);
        if (machine.Open is { } open)
        {
            OnlyIf(code, open, argument: 1, OpenToWrite, whenSet: Refuse, whenClear: Allow);
        }

        OnlyIf(code, machine.NewThread, argument: 0, CloneThread, whenSet: Allow, whenClear: Refuse);
        code.Add(new(Return, 0, 0, Allow));
        return [.. code];
    }

    private static void OnlyIf(List<Instruction> code, uint call, uint argument, uint bits, uint whenSet, uint whenClear)
    {
        code.Add(new(JumpIfEqual, 0, 4, call));
        code.Add(new(LoadWord, 0, 0, OffsetOfArguments + (argument * BytesOfArgument))); // flags lie in the low word; both machines are little-endian
        code.Add(new(JumpIfAnyBit, 0, 1, bits));
        code.Add(new(Return, 0, 0, whenSet));
        code.Add(new(Return, 0, 0, whenClear));
    }
}
