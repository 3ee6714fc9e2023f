using System.Diagnostics;
using System.IO.Compression;
using System.Reflection;
using System.Xml.Linq;

namespace CryptoInsight.Delta.Tests.Package;

/// <summary>The package as a stranger gets it: packed, restored from a folder into a fresh program outside the repository, and run.</summary>
public sealed class PackageSpecs
{
    internal static readonly string Repository = FindRepository();

    private static readonly string Configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    [Fact]
    public async Task The_first_program_of_the_readme_runs_against_the_package_alone()
    {
        using TemporaryFolder folder = new();
        string feed = Path.Combine(folder.Path, "feed"), program = Path.Combine(folder.Path, "program");
        string version = $"0.0.0-spec.{Environment.ProcessId}";

        // What the test itself was built from: no second build, only the package.
        await RunAsync(Repository, "pack", Path.Combine("src", "CryptoInsight.Delta", "CryptoInsight.Delta.csproj"), "--no-build", "-c", Configuration, "-o", feed, $"-p:Version={version}", "-v", "q", "--nologo", "-nodeReuse:false");
        CheckPackage(Path.Combine(feed, $"CryptoInsight.Delta.{version}.nupkg"), version);
        Assert.True(File.Exists(Path.Combine(feed, $"CryptoInsight.Delta.{version}.snupkg")), "no symbol package");

        Directory.CreateDirectory(program);
        await File.WriteAllTextAsync(Path.Combine(program, "Program.cs"), Example());
        await File.WriteAllTextAsync(Path.Combine(program, "nuget.config"), $"<configuration><packageSources><clear/><add key=\"feed\" value=\"{feed}\"/></packageSources></configuration>");
        await File.WriteAllTextAsync(Path.Combine(program, "Program.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable><TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <UseAppHost>false</UseAppHost><NuGetAudit>false</NuGetAudit><RestorePackagesPath>{folder.Path}/packages</RestorePackagesPath><RestoreFallbackFolders>{PackagesFolder()}</RestoreFallbackFolders>
              </PropertyGroup>
              <ItemGroup><PackageReference Include="CryptoInsight.Delta" Version="{version}" /></ItemGroup>
            </Project>
            """);
        await RunAsync(program, "build", "-v", "q", "--nologo", "-nodeReuse:false", "-o", Path.Combine(folder.Path, "out"));
        Assert.Equal("Jeju, Pusan", (await RunAsync(program, Path.Combine(folder.Path, "out", "Program.dll"))).Trim());
        Assert.True(File.Exists(Path.Combine(program, "cities", "_delta_log", "00000000000000000002.json")), "the program left no table");
    }

    private static void CheckPackage(string path, string version)
    {
        using ZipArchive package = ZipFile.OpenRead(path);
        Assert.Contains(package.Entries, e => e.FullName == "lib/net10.0/CryptoInsight.Delta.dll");
        Assert.Contains(package.Entries, e => e.FullName == "lib/net10.0/CryptoInsight.Delta.xml");
        Assert.Contains(package.Entries, e => e.FullName == "README.md");
        using Stream spec = package.GetEntry("CryptoInsight.Delta.nuspec")!.Open();
        XElement metadata = XDocument.Load(spec).Root!.Elements().Single();
        string? Text(string name) => metadata.Elements().FirstOrDefault(e => e.Name.LocalName == name)?.Value;
        Assert.Equal(("CryptoInsight.Delta", version, "README.md", "Apache-2.0"), (Text("id"), Text("version"), Text("readme"), Text("license")));
        Assert.Contains("Apache License", File.ReadLines(Path.Combine(Repository, "LICENSE")).First(l => l.Trim().Length > 0), StringComparison.Ordinal);
        Assert.Equal(["Apache.Arrow", "ParquetSharp"], metadata.Descendants().Where(e => e.Name.LocalName == "dependency").Select(e => (string)e.Attribute("id")!).Order(StringComparer.Ordinal));
    }

    // The one block of code of the README, to the letter.
    private static string Example()
    {
        string[] parts = File.ReadAllText(Path.Combine(Repository, "src", "CryptoInsight.Delta", "README.md")).Split("```");
        return parts.Single(p => p.StartsWith("csharp\n", StringComparison.Ordinal))["csharp\n".Length..];
    }

    private static string PackagesFolder() => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } set ? set : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static async Task<string> RunAsync(string folder, params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string inherited in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(inherited);
        }

        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"dotnet {string.Join(' ', arguments)}\n{output}\n{await errors}");
        return output;
    }

    private static string FindRepository()
    {
        for (DirectoryInfo? folder = new(Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "CryptoInsight.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("The tests do not lie in the repository.");
    }
}
