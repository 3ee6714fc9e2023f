using System.Diagnostics;
using System.Text;

namespace CryptoInsight.Benchmarks.Data;

/// <summary>The shipped program as a process of its own, as <c>dotnet build</c> leaves it beside this one's configuration.</summary>
internal sealed class HostProgram : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _said = new();

    private HostProgram(Process process)
    {
        _process = process;
        DataReceivedEventHandler take = (_, line) =>
        {
            lock (_said)
            {
                _said.AppendLine(line.Data);
            }
        };
        process.OutputDataReceived += take;
        process.ErrorDataReceived += take;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Processor time that it has used so far.</summary>
    public TimeSpan ProcessorTime => _process.TotalProcessorTime;

    public bool HasEnded => _process.HasExited;

    /// <summary>Everything that it has printed.</summary>
    public string Said
    {
        get
        {
            lock (_said)
            {
                return _said.ToString();
            }
        }
    }

    public static HostProgram Start(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(PathOfIt()) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return new HostProgram(Process.Start(start)!);
    }

    /// <summary>Ends it without a word to it (SIGKILL).</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }

    private static string PathOfIt()
    {
        DirectoryInfo mine = new(AppContext.BaseDirectory); // …/bin/<configuration>/<framework>/
        for (DirectoryInfo? folder = mine; folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "CryptoInsight.sln")))
            {
                string program = Path.Combine(folder.FullName, "src", "CryptoInsight.Host", "bin", mine.Parent!.Name, mine.Name, OperatingSystem.IsWindows() ? "cryptoinsight.exe" : "cryptoinsight");
                return File.Exists(program) ? program : throw new BenchmarkSkippedException($"{program} is not built: dotnet build -c {mine.Parent!.Name} src/CryptoInsight.Host");
            }
        }

        throw new BenchmarkSkippedException("the repository around this program was not found.");
    }
}
