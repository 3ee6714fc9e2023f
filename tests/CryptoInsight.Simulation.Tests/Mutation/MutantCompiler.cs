using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Xml.Linq;

namespace CryptoInsight.Simulation.Tests.Mutation;

/// <summary>Compiles one product project with a planted bug, by the SDK's own compiler, against what this test runs with.</summary>
internal static class MutantCompiler
{
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    /// <summary>Here at run time only: no product project sees them, and their extension methods clash with the framework's own.</summary>
    private static readonly string[] s_hidden = ["System.Linq.Async", "System.Reactive", "System.Reactive.Linq", "LanguageExt.Core"];

    /// <summary>The path of the mutated assembly, in a folder that the caller removes.</summary>
    public static string Compile(Mutant mutant, string folder)
    {
        string project = Path.Combine(Root(), "src", mutant.Project);
        Dictionary<string, string> changed = ChangedFiles(mutant);
        List<string> sources = [.. Directory.EnumerateFiles(project, "*.cs", SearchOption.AllDirectories).Where(f => !f.Split(Path.DirectorySeparatorChar).Any(p => p is "obj" or "bin") && !changed.ContainsKey(f))];
        foreach ((string file, string text) in changed)
        {
            sources.Add(Written(folder, $"{sources.Count}-{Path.GetFileName(file)}", text));
        }

        sources.AddRange(Generated(project));
        sources.Add(Written(folder, "Implicit.cs", ImplicitUsings + Environment.NewLine + AssemblyAttributes(mutant.Project, project)));
        string output = Path.Combine(folder, mutant.Project + ".dll");
        string arguments = Written(folder, "arguments.rsp", string.Join(Environment.NewLine, (string[])
        [
            "/nologo", "/nostdlib+", "/target:library", "/optimize+", "/unsafe+", "/nullable:enable", "/langversion:latest", "/warn:0", "/deterministic+", "/debug-", $"/out:\"{output}\"",
            .. References(mutant.Project).Select(r => $"/reference:\"{r}\""),
            .. Generators().Select(g => $"/analyzer:\"{g}\""),
            .. sources.Select(s => $"\"{s}\""),
        ]));
        Run(mutant, arguments);
        return output;
    }

    /// <summary>The changed sources by path; throws if the bug cannot be planted any more.</summary>
    public static Dictionary<string, string> ChangedFiles(Mutant mutant) => mutant.Edits
        .GroupBy(e => Path.Combine(Root(), "src", mutant.Project, e.File))
        .ToDictionary(g => g.Key, g => g.Aggregate(File.ReadAllText(g.Key), (text, edit) => Planted(mutant, edit, text)));

    private static string Planted(Mutant mutant, MutantEdit edit, string text)
    {
        int at = text.IndexOf(edit.Old, StringComparison.Ordinal);
        return at >= 0 && text.IndexOf(edit.Old, at + 1, StringComparison.Ordinal) < 0
            ? text.Replace(edit.Old, edit.New, StringComparison.Ordinal)
            : throw new InvalidOperationException($"The bug \"{mutant.Name}\" cannot be planted: its text is not in {edit.File} exactly once any more. Adapt the mutant to the product.");
    }

    private static string Written(string folder, string name, string text)
    {
        string path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    // What the build makes of the project file: the friends and the version.
    private static string AssemblyAttributes(string name, string project)
    {
        IEnumerable<string> friends = XDocument.Load(Path.Combine(project, name + ".csproj")).Descendants("InternalsVisibleTo").Select(e => (string)e.Attribute("Include")!);
        Version version = System.Reflection.AssemblyName.GetAssemblyName(Path.Combine(AppContext.BaseDirectory, name + ".dll")).Version!;
        return string.Join(Environment.NewLine, friends.Select(f => $"[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"{f}\")]").Append($"[assembly: System.Reflection.AssemblyVersion(\"{version}\")]"));
    }

    // What the build made of files that are no C# (protocol buffers): it lies in folders below this build's own obj folder.
    private static IEnumerable<string> Generated(string project)
    {
        var framework = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)); // …/bin/<configuration>/<framework>
        string made = Path.Combine(project, "obj", framework.Parent!.Name, framework.Name);
        return Directory.Exists(made) ? Directory.EnumerateDirectories(made).SelectMany(d => Directory.EnumerateFiles(d, "*.cs", SearchOption.AllDirectories)) : [];
    }

    private static IEnumerable<string> References(string project) =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(p => Path.GetExtension(p) == ".dll" && Path.GetFileNameWithoutExtension(p) is var name && name != project && !s_hidden.Contains(name));

    private static IEnumerable<string> Generators()
    {
        string packs = Path.Combine(DotnetRoot(), "packs", "Microsoft.NETCore.App.Ref");
        string newest = Directory.EnumerateDirectories(packs).OrderByDescending(VersionOf).First();
        return Directory.EnumerateFiles(Path.Combine(newest, "analyzers", "dotnet", "cs"), "*.dll").Where(f => Path.GetFileName(f) is
            "Microsoft.Interop.LibraryImportGenerator.dll" or "Microsoft.Interop.SourceGeneration.dll" or "System.Text.RegularExpressions.Generator.dll");
    }

    private static void Run(Mutant mutant, string arguments)
    {
        string sdk = Directory.EnumerateDirectories(Path.Combine(DotnetRoot(), "sdk")).Where(d => File.Exists(Compiler(d))).OrderByDescending(VersionOf).First();
        var start = new ProcessStartInfo(Path.Combine(DotnetRoot(), OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet")) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Compiler(sdk));
        start.ArgumentList.Add("@" + arguments);
        using Process compiler = Process.Start(start)!;
        var said = new StringBuilder();
        compiler.OutputDataReceived += (_, line) => said.AppendLine(line.Data);
        compiler.BeginOutputReadLine();
        string errors = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        if (compiler.ExitCode != 0)
        {
            throw new InvalidOperationException($"The bug \"{mutant.Name}\" does not compile:{Environment.NewLine}{said}{errors}");
        }
    }

    private static string Compiler(string sdk) => Path.Combine(sdk, "Roslyn", "bincore", "csc.dll");

    private static Version VersionOf(string folder) => Version.TryParse(Path.GetFileName(folder).Split('-')[0], out Version? version) ? version : new Version();

    // <root>/shared/Microsoft.NETCore.App/<version>/System.Private.CoreLib.dll
    private static string DotnetRoot() => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."));

    private static string Root([CallerFilePath] string here = "")
    {
        string? folder = Path.GetDirectoryName(here);
        while (folder is not null && !File.Exists(Path.Combine(folder, "CryptoInsight.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("CryptoInsight.sln was not found above the tests.");
    }
}
