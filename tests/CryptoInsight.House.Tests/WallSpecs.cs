using System.Xml.Linq;

namespace CryptoInsight.House.Tests;

/// <summary>The rings of ARCHITECTURE.md, read from the project files and sources.</summary>
public sealed class WallSpecs
{
    /// <summary>Who may see whom; a new arrow is a decision, not an accident.</summary>
    private static readonly Dictionary<string, string[]> s_arrows = new()
    {
        ["Domain"] = [],
        ["Delta"] = [],
        ["Delta.Cloud"] = ["Delta"],
        ["Sources"] = ["Domain"],
        ["Lake"] = ["Delta", "Domain"],
        ["PaperExchange"] = ["Domain"],
        ["Engine"] = ["Domain", "Lake", "Sources"],
        ["Host"] = ["Delta", "Engine", "PaperExchange"],
    };

    public static TheoryData<string> Projects => [.. Repository.Projects("src").Select(p => Path.GetFileNameWithoutExtension(p)["CryptoInsight.".Length..])];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_the_rings_allow(string project)
    {
        Assert.True(s_arrows.TryGetValue(project, out string[]? allowed), $"{project} has no place in the rings: draw it in ARCHITECTURE.md and here.");
        string[] referenced = [.. Elements(project, "ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r)["CryptoInsight.".Length..]).Order(StringComparer.Ordinal)];
        Assert.Equal(allowed.Order(StringComparer.Ordinal), referenced);
    }

    [Fact]
    public void The_domain_uses_no_package()
    {
        Assert.Empty(Elements("Domain", "PackageReference"));
    }

    [Theory]
    [InlineData("Domain")]
    [InlineData("Delta")]
    [InlineData("Delta.Cloud")]
    [InlineData("Sources")]
    [InlineData("Lake")]
    [InlineData("PaperExchange")]
    public void Akka_appears_only_in_engine_and_host(string project)
    {
        Assert.DoesNotContain(Elements(project, "PackageReference"), p => p.StartsWith("Akka", StringComparison.Ordinal));
        Assert.Empty(Offenders($"src/CryptoInsight.{project}", "using Akka"));
    }

    [Fact]
    public void The_domain_does_no_input_or_output_and_never_waits()
    {
        foreach (string word in (string[])["async ", "System.IO", "System.Net", "Task<", "TimeProvider", "File."])
        {
            Assert.Empty(Offenders("src/CryptoInsight.Domain", word));
        }
    }

    [Theory]
    [InlineData("symbol")]
    [InlineData("candle")]
    [InlineData("Binance")]
    public void The_delta_engine_knows_no_market(string word)
    {
        Assert.Empty(Offenders("src/CryptoInsight.Delta", word));
    }

    private static IEnumerable<string> Offenders(string below, string word) =>
        from file in Repository.Sources(below)
        from line in File.ReadLines(file).Select((text, i) => (text, number: i + 1))
        where !line.text.TrimStart().StartsWith("//", StringComparison.Ordinal) && line.text.Contains(word, StringComparison.OrdinalIgnoreCase)
        select $"{Repository.Relative(file)}:{line.number}: {line.text.Trim()}";

    private static IEnumerable<string> Elements(string project, string element) =>
        XDocument.Load(Path.Combine(Repository.Root, "src", $"CryptoInsight.{project}", $"CryptoInsight.{project}.csproj"))
            .Descendants(element).Select(e => (string)e.Attribute("Include")!);
}
