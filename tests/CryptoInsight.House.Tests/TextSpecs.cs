using System.Text.RegularExpressions;

namespace CryptoInsight.House.Tests;

/// <summary>What no source file may hold.</summary>
public sealed partial class TextSpecs
{
    [Fact]
    public void No_source_is_left_unfinished()
    {
        Assert.Empty(Offending("src", Unfinished()));
    }

    [Fact]
    public void No_test_sleeps_or_asserts_nothing()
    {
        Assert.Empty(Offending("tests", EmptyTest()).Where(o => !o.Contains(nameof(TextSpecs), StringComparison.Ordinal)));
    }

    [Fact]
    public void No_file_holds_two_ideas_by_its_length()
    {
        Assert.Empty(Repository.Sources("src").Where(f => File.ReadLines(f).Count() > 450).Select(Repository.Relative));
    }

    [Fact]
    public void Test_names_are_sentences()
    {
        string[] bad =
        [
            .. from file in Repository.Sources("tests")
               from Match match in TestMethod().Matches(File.ReadAllText(file))
               where !match.Groups[1].Value.Contains('_', StringComparison.Ordinal)
               select $"{Repository.Relative(file)}: {match.Groups[1].Value}",
        ];
        Assert.Empty(bad);
    }

    [Fact]
    public void Every_test_that_a_table_names_exists()
    {
        HashSet<string> tests =
        [
            .. from file in Repository.Sources("tests")
               from Match match in Sentence().Matches(File.ReadAllText(file))
               select $"{Path.GetFileNameWithoutExtension(file)}.{match.Groups[1].Value}",
        ];
        string table = File.ReadAllText(Path.Combine(Repository.Root, "tests", "CryptoInsight.Sources.Tests", "README.md"));
        string[] named = [.. NamedTest().Matches(table).Select(m => m.Groups[1].Value)];
        Assert.NotEmpty(named);
        Assert.Empty(named.Where(n => !tests.Contains(n)));
    }

    private static IEnumerable<string> Offending(string below, Regex pattern) =>
        from file in Repository.Sources(below)
        from line in File.ReadLines(file).Select((text, i) => (text, number: i + 1))
        where pattern.IsMatch(line.text)
        select $"{Repository.Relative(file)}:{line.number}: {line.text.Trim()}";

    [GeneratedRegex(@"NotImplementedException|//\s*(TODO|FIXME|HACK|XXX)\b|\b(Manager|Helper|Util|Utils)\s*[(:{]|class \w*(Manager|Helper|Utils?)\b")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"Thread\.Sleep|Task\.Delay\((?!Timeout\.Infinite)|Assert\.True\(true\)|Skip\s*=\s*""")]
    private static partial Regex EmptyTest();

    [GeneratedRegex(@"public (?:async )?[\w<>]+ (\w+_\w+)\(")]
    private static partial Regex Sentence();

    [GeneratedRegex(@"`(\w+(?:Specs|Properties|Simulation)\.\w+)`")]
    private static partial Regex NamedTest();

    [GeneratedRegex(@"\[(?:Fact|Theory|SkippableFact|SkippableTheory)[^\]]*\](?:\s*\[[^\]]*\])*\s*public (?:async )?[\w<>]+ (\w+)\(")]
    private static partial Regex TestMethod();
}
