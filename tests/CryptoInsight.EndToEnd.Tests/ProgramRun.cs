using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace CryptoInsight.EndToEnd.Tests;

/// <summary>The shipped program as a process of its own: what it prints, how it ends, and how much memory it ever held.</summary>
internal sealed class ProgramRun : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _out = new();
    private readonly StringBuilder _error = new();
    private readonly string _commandLine;

    private ProgramRun(Process process, string commandLine)
    {
        _process = process;
        _commandLine = commandLine;
        Listen(process, _out, _error);
    }

    public int Pid => _process.Id;

    public bool HasEnded => _process.HasExited;

    public string Out => Text(_out);

    public string Error => Text(_error);

    /// <summary>The most memory that was resident at once, as the kernel counts it; 0 where there is no /proc.</summary>
    public long PeakBytes { get; private set; }

    /// <summary>Starts <c>cryptoinsight</c> with these arguments.</summary>
    public static ProgramRun Start(params string[] arguments) => Start(new Dictionary<string, string>(), arguments);

    /// <summary>The same with more variables in its environment.</summary>
    public static ProgramRun Start(IReadOnlyDictionary<string, string> variables, params string[] arguments)
    {
        // A test runner that was started in the background ignores INT, and children inherit that: a user's terminal does not.
        var start = new ProcessStartInfo("env")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.ArgumentList.Add("--default-signal=INT");
        foreach ((string name, string value) in variables)
        {
            start.Environment[name] = value;
        }

        start.ArgumentList.Add("dotnet");
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "cryptoinsight.dll"));
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return new ProgramRun(Process.Start(start)!, $"cryptoinsight {string.Join(' ', arguments)}");
    }

    /// <summary>Runs a command to its end.</summary>
    public static async Task<ProgramRun> ToEndAsync(TimeSpan atMost, params string[] arguments)
    {
        ProgramRun run = Start(arguments);
        await run.EndAsync(atMost);
        return run;
    }

    /// <summary>Waits for the end; a run that does not end is killed and told about.</summary>
    public async Task<int> EndAsync(TimeSpan atMost)
    {
        try
        {
            await Waiting.UntilAsync(_commandLine, "its end", atMost, () =>
            {
                SeePeak();
                return Task.FromResult<(string?, string)>(_process.HasExited ? ("ended", "") : (null, Said()));
            });
        }
        catch (TimeoutException)
        {
            Kill();
            throw;
        }

        await _process.WaitForExitAsync(); // the pipes' last lines
        return _process.ExitCode;
    }

    /// <summary>Ends it without a word to it (SIGKILL).</summary>
    public void Kill() => _process.Kill(entireProcessTree: true);

    /// <summary>Sends a signal by its name, such as TERM or INT.</summary>
    public async Task SignalAsync(string name)
    {
        using Process kill = Process.Start("/bin/sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -{name} {Pid}")]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Fails with everything that was printed if the exit code is another one.</summary>
    public ProgramRun MustEndWith(int exitCode)
    {
        Assert.True(_process.ExitCode == exitCode, $"{_commandLine}: expected exit code {exitCode}; {Said()}");
        return this;
    }

    public string Said() =>
        $"{(_process.HasExited ? $"exit code {_process.ExitCode}" : "still running")}\n--- out\n{Tail(Out)}\n--- error\n{Tail(Error)}";

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private static void Listen(Process process, StringBuilder @out, StringBuilder error)
    {
        static DataReceivedEventHandler Into(StringBuilder to) => (_, line) =>
        {
            if (line.Data is not null)
            {
                lock (to)
                {
                    to.Append(line.Data).Append('\n');
                }
            }
        };
        process.OutputDataReceived += Into(@out);
        process.ErrorDataReceived += Into(error);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    private static string Text(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }

    private static string Tail(string text) => text.Length <= 4_000 ? text : "…" + text[^4_000..];

    private void SeePeak()
    {
        try
        {
            foreach (string line in File.ReadLines($"/proc/{Pid}/status").Where(l => l.StartsWith("VmHWM:", StringComparison.Ordinal)))
            {
                PeakBytes = long.Parse(line["VmHWM:".Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * 1024;
            }
        }
        catch (IOException)
        {
            // Ended between two looks: the last figure stands.
        }
    }
}
