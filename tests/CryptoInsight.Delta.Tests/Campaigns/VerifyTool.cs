using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace CryptoInsight.Delta.Tests.Campaigns;

/// <summary>What a table must hold at one version, for the independent readers.</summary>
/// <param name="Version">The version.</param>
/// <param name="Sha256">Of the canonical lines of its rows.</param>
/// <param name="Step">What made it, for the message.</param>
internal sealed record VersionToVerify(long Version, string Sha256, string Step);

/// <summary>A table folder and the versions of it that can still be read.</summary>
internal sealed record TableToVerify(string Path, List<VersionToVerify> Versions);

/// <summary>Reads tables with two engines that are not ours, through the shared tool, many in one process.</summary>
internal static class VerifyTool
{
    public const string Absent = "The shared tool verify-delta, or node, is absent: this campaign needs both (set CRYPTOINSIGHT_SHARED).";

    private static readonly JsonSerializerOptions s_lines = new(JsonSerializerDefaults.Web);

    private static string? Script => SharedData.Folder is string root && File.Exists(Path.Combine(root, "tools", "verify-delta.js")) ? Path.Combine(root, "tools", "verify-delta.js") : null;

    /// <summary>Whether it can run here; where the shared folder is named explicitly, it has to.</summary>
    public static bool IsThere => Script is not null && (Environment.GetEnvironmentVariable("CRYPTOINSIGHT_SHARED") is { Length: > 0 } || HasNode());

    public static string Sha256Of(IEnumerable<string> lines) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines.Select(static l => l + "\n")))));

    /// <summary>Checks all tables; the answer is what the readers did not agree with, and a line of counts.</summary>
    public static (string Report, bool IsRight) Check(IReadOnlyList<TableToVerify> tables, string folder)
    {
        string manifest = Path.Combine(folder, "manifest.jsonl");
        File.WriteAllLines(manifest, tables.Select(t => JsonSerializer.Serialize(t, s_lines)));
        string packages = Path.Combine(Cache, "node_modules");
        if (!Directory.Exists(Path.Combine(packages, "chdb")))
        {
            // The tool installs its packages when it is run by itself.
            Run("bash", [Path.ChangeExtension(Script!, null), tables[0].Path], packages);
        }

        return Run("node", [Path.Combine(AppContext.BaseDirectory, "Campaigns", "verify-steps.js"), Script!, manifest], packages);
    }

    private static string Cache => Environment.GetEnvironmentVariable("CRYPTOINSIGHT_VERIFY_CACHE")
        ?? Path.Combine(Environment.GetEnvironmentVariable("XDG_CACHE_HOME") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"), "cryptoinsight-verify");

    private static bool HasNode() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(static p => File.Exists(Path.Combine(p, "node")));

    private static (string Report, bool IsRight) Run(string program, IReadOnlyList<string> arguments, string packages)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["VERIFY_NODE_MODULES"] = packages;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (output + errors.GetAwaiter().GetResult(), process.ExitCode == 0);
    }
}
