using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using CryptoInsight.Lake;

namespace CryptoInsight.Host.SqlWorkers;

/// <summary>A SQL worker as the node sees it: a process that is asked one statement at a time, watched while it works, and ended when it takes too much.</summary>
internal sealed class WorkerProcess : IDisposable
{
    /// <summary>How often memory and time of a working process are looked at. Memory that grows faster meets the kernel's own limit.</summary>
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a statement may take to stop by itself.</summary>
    private static readonly TimeSpan s_stopsWithin = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_startsWithin = TimeSpan.FromSeconds(30);

    /// <summary>What the runtime itself maps beside the statement's memory.</summary>
    private const long RuntimeBytes = 512L << 20;

    private const int FrameBytesBeside = 1 << 20;

    private readonly Process _process;
    private readonly WorkerLimits _limits;
    private readonly Stream _to;
    private readonly Stream _from;

    private WorkerProcess(Process process, WorkerLimits limits)
    {
        _process = process;
        _limits = limits;
        _to = process.StandardInput.BaseStream;
        _from = process.StandardOutput.BaseStream;
        _ = DrainAsync(process.StandardError.BaseStream);
    }

    /// <summary>What holds it back, as it found out itself.</summary>
    public WorkerProtocol.WorkerWalls Walls { get; private set; } = new(false, false, false, false);

    public int Pid => _process.Id;

    /// <summary>True as long as another statement may be asked.</summary>
    public bool IsUsable { get; private set; } = true;

    /// <summary>When it was last asked.</summary>
    public DateTimeOffset IdleSince { get; set; }

    public static async Task<WorkerProcess> StartAsync(LakeLocation lake, WorkerLimits limits, CancellationToken ct)
    {
        var worker = new WorkerProcess(Process.Start(StartInfo(limits))!, limits);
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
            patience.CancelAfter(s_startsWithin);
            await FrameStream.WriteAsync(
                worker._to,
                new WorkerProtocol.Start(lake.Root, lake.Catalog, lake.Schema, limits.MemoryBytesMax / 2, limits.MemoryBytesMax + RuntimeBytes, limits.RowsMax, limits.ResultBytesMax),
                patience.Token);
            worker.Walls = (await FrameStream.ReadAsync<WorkerProtocol.Ready>(worker._from, FrameBytesBeside, patience.Token))?.Walls ?? throw new IOException("The SQL worker ended at its start.");
            return worker;
        }
        catch
        {
            worker.Dispose();
            throw;
        }
    }

    /// <summary>Asks one statement. Afterwards <see cref="IsUsable"/> tells whether there can be another.</summary>
    public async Task<WorkerAnswer> AskAsync(string statement, TimeProvider clock, CancellationToken stop)
    {
        long start = clock.GetTimestamp();
        TimeSpan cpuBefore = _process.TotalProcessorTime;
        try
        {
            await FrameStream.WriteAsync(_to, new WorkerProtocol.Ask(statement, (int)Math.Ceiling(_limits.CpuTimeMax.TotalSeconds) + 2), CancellationToken.None);
            Task<byte[]?> answer = FrameStream.ReadAsync(_from, _limits.ResultBytesMax + FrameBytesBeside, CancellationToken.None);
            long? stoppedAt = null;
            while (await Task.WhenAny(answer, Task.Delay(s_lookEvery, stoppedAt is null ? stop : CancellationToken.None)) != answer)
            {
                if (stop.IsCancellationRequested && stoppedAt is null)
                {
                    stoppedAt = clock.GetTimestamp();
                    await FrameStream.WriteAsync(_to, new WorkerProtocol.Ask(null), CancellationToken.None);
                }

                if (stoppedAt is { } at && clock.GetElapsedTime(at) > s_stopsWithin)
                {
                    End();
                    return new WorkerAnswer.Stopped();
                }

                if (TooMuch(clock.GetElapsedTime(start), cpuBefore) is { } breach)
                {
                    End();
                    return new WorkerAnswer.OverLimit(breach);
                }
            }

            return Read(await answer, clock.GetElapsedTime(start));
        }
        catch (Exception broken) when (broken is IOException or InvalidDataException or JsonException or InvalidOperationException)
        {
            End();
            return Broken();
        }
    }

    public void Dispose()
    {
        End();
        _process.Dispose();
    }

    private WorkerAnswer Read(byte[]? frame, TimeSpan took)
    {
        if (frame is null)
        {
            End();
            return Broken();
        }

        using JsonDocument document = JsonDocument.Parse(frame);
        return document.RootElement.GetProperty("kind").GetString() switch
        {
            WorkerProtocol.Result => new WorkerAnswer.Rows(frame, took),
            WorkerProtocol.Refused => new WorkerAnswer.Refused(document.RootElement.GetProperty("message").GetString() ?? "The statement is refused."),
            WorkerProtocol.Stopped => new WorkerAnswer.Stopped(),
            _ => throw new InvalidDataException("The SQL worker answered in no known kind."),
        };
    }

    private string? TooMuch(TimeSpan elapsed, TimeSpan cpuBefore)
    {
        _process.Refresh();
        return _process.HasExited ? null // the answer's end of stream tells
            : elapsed > _limits.WallTimeMax ? Invariant($"The statement ran longer than the {_limits.WallTimeMax.TotalSeconds:0} s that one may take. Narrow it by time or symbol, or run it with the command line.")
            : _process.WorkingSet64 > _limits.MemoryBytesMax ? Memory()
            : _process.TotalProcessorTime - cpuBefore > _limits.CpuTimeMax ? Invariant($"The statement used more than {_limits.CpuTimeMax.TotalSeconds:0} s of processor time. Narrow it by time or symbol, or run it with the command line.")
            : null;
    }

    private string Memory() => Invariant($"The statement needed more than the {_limits.MemoryBytesMax >> 20} MiB of memory that one may use. Read fewer columns or rows, or aggregate before sorting.");

    private static WorkerAnswer.OverLimit Broken() =>
        new("The statement ended its worker: it needed more memory or processor time than one may use, or the database failed on it. A new worker is ready; narrow the statement before you run it again.");

    private void End()
    {
        IsUsable = false;
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
        }
    }

    private static async Task DrainAsync(Stream said)
    {
        try
        {
            await said.CopyToAsync(Stream.Null);
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException)
        {
            // The worker is gone; so is what it said.
        }
    }

    private static ProcessStartInfo StartInfo(WorkerLimits limits)
    {
        (string program, string? assembly) = Program();
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, CreateNoWindow = true, WorkingDirectory = AppContext.BaseDirectory,
        };
        if (assembly is not null)
        {
            start.ArgumentList.Add(assembly);
        }

        start.ArgumentList.Add(WorkerMain.Verb);
        foreach (string name in start.Environment.Keys.Where(k => !IsKept(k)).ToList())
        {
            start.Environment.Remove(name); // no secret of the node's is within reach
        }

        start.Environment["DOTNET_GCHeapHardLimit"] = (limits.MemoryBytesMax / 4).ToString("x", CultureInfo.InvariantCulture);
        start.Environment["DOTNET_gcConcurrent"] = "0";
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_EnableDiagnostics"] = "0"; // no socket to attach to
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0"; // its double mapping would need files
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["MALLOC_ARENA_MAX"] = "2";
        return start;
    }

    private static bool IsKept(string variable) => variable is "PATH" or "SystemRoot" or "TEMP" or "TMP" or "TMPDIR" || variable.StartsWith("DOTNET_ROOT", StringComparison.Ordinal);

    /// <summary>This very program: as a single file, as a host beside its assembly, or as an assembly under <c>dotnet</c>.</summary>
    private static (string Program, string? Assembly) Program()
    {
        string assembly = Path.Combine(AppContext.BaseDirectory, "cryptoinsight.dll");
        string own = Environment.ProcessPath ?? "dotnet";
        return Path.GetFileNameWithoutExtension(own) == "cryptoinsight" ? (own, null)
            : Path.GetFileNameWithoutExtension(own) == "dotnet" ? (own, assembly)
            : ("dotnet", assembly);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
