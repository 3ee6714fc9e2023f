using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace CryptoInsight.Engine.Tests.Symbols;

/// <summary>A PostgreSQL server of a test's own, on loopback and on a folder that goes with it. It refuses to run as root, so root runs it as somebody else.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private static readonly TimeSpan s_commandAtMost = TimeSpan.FromMinutes(2);

    private readonly string _binaries;
    private readonly string _folder;
    private readonly int _port;

    private PostgresServer(string binaries, string folder, int port)
    {
        _binaries = binaries;
        _folder = folder;
        _port = port;
    }

    /// <summary>The folder of the newest installed server's programs, or null.</summary>
    public static string? Binaries { get; } = Find();

    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={_port};Username=postgres;Database=postgres;Timeout=5");

    public static async Task<PostgresServer> StartAsync()
    {
        string folder = Directory.CreateTempSubdirectory("cryptoinsight-postgres-").FullName;
        var server = new PostgresServer(Binaries ?? throw new InvalidOperationException("No PostgreSQL."), folder, FreePort());
        if (IsRoot)
        {
            await RunAsync("chown", Owner, folder);
        }

        await server.AsOwnerAsync("initdb", "-D", server.Data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync");
        await server.StartAgainAsync();
        return server;
    }

    public Task StartAgainAsync() => AsOwnerAsync(
        "pg_ctl", "-D", Data, "-w", "-l", Path.Combine(_folder, "log"), "-o",
        string.Create(CultureInfo.InvariantCulture, $"-p {_port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={_folder} -c fsync=off"), "start");

    /// <summary>Stops it at once, as if its machine had gone.</summary>
    public Task StopAsync() => AsOwnerAsync("pg_ctl", "-D", Data, "-w", "-m", "immediate", "stop");

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(Data, "postmaster.pid")))
        {
            await StopAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private string Data => Path.Combine(_folder, "data");

    private static bool IsRoot => Environment.UserName == "root";

    // The server's package makes a user of this name.
    private static string Owner => File.ReadLines("/etc/passwd").Any(l => l.StartsWith("postgres:", StringComparison.Ordinal)) ? "postgres" : "nobody";

    private Task AsOwnerAsync(string program, params string[] arguments)
    {
        string path = Path.Combine(_binaries, program);
        return IsRoot ? RunAsync("runuser", ["-u", Owner, "--", path, .. arguments]) : RunAsync(path, arguments);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        // No pipes: the server inherits them, and reading them would wait for its end.
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = Path.GetTempPath() };
        string log = Path.GetTempFileName();
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("out=\"$1\"; shift; exec \"$@\" >\"$out\" 2>&1 </dev/null");
        foreach (string argument in (string[])["sh", log, program, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;
        await process.WaitForExitAsync().WaitAsync(s_commandAtMost);
        string said = await File.ReadAllTextAsync(log);
        File.Delete(log);
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{said}");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string? Find()
    {
        const string Versions = "/usr/lib/postgresql";
        return Directory.Exists(Versions)
            ? Directory.EnumerateDirectories(Versions).Select(v => Path.Combine(v, "bin")).Where(b => File.Exists(Path.Combine(b, "initdb"))).OrderBy(b => b.Length).ThenBy(b => b, StringComparer.Ordinal).LastOrDefault()
            : null;
    }
}
