using Akka.Configuration;
using Akka.Configuration.Hocon;
using CryptoInsight.Engine.Options;
using CryptoInsight.Host.Node;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Host.Config;

/// <summary>Settings in layers, strongest first, and for every key which layer won.</summary>
public sealed class SettingsLayers
{
    private const string Section = "cryptoinsight";
    private const string VariablePrefix = "CRYPTOINSIGHT_";

    // Sections to which a user adds entries of their own.
    private static readonly string[] s_openSections = ["gold.timeframes", "maintenance.tables", "sources.binance.wire-schema"];

    /// <summary>Variables of tests are not settings.</summary>
    private const string TestPrefix = VariablePrefix + "TEST_";

    private readonly List<(string Source, Akka.Configuration.Config Config)> _layers;

    private SettingsLayers(List<(string, Akka.Configuration.Config)> layers) => _layers = layers;

    /// <summary>All layers as one.</summary>
    public Akka.Configuration.Config Merged => _layers.Select(l => l.Config).Aggregate((strong, weak) => strong.WithFallback(weak));

    /// <summary>Puts the layers together.</summary>
    /// <param name="assignments">KEY=VALUE from the command line; the section's name may be left out.</param>
    /// <param name="file">A HOCON file, or null.</param>
    /// <param name="variables">The process's environment.</param>
    public static SettingsLayers Of(IEnumerable<(string Source, string Key, string Value)> assignments, string? file, IEnumerable<KeyValuePair<string, string>> variables)
    {
        var faults = new List<string>();
        var layers = new List<(string, Akka.Configuration.Config)>();
        IReadOnlyList<string> known = [.. Leaves(ShippedConfig.Reference).Select(l => l.Key)];
        foreach ((string source, string key, string value) in assignments.Reverse())
        {
            Add(layers, faults, source, KeyOf(key, known, source, faults), value);
        }

        foreach ((string variable, string value) in variables.Where(v => v.Key.StartsWith(VariablePrefix, StringComparison.Ordinal)).OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            if (known.FirstOrDefault(k => VariableOf(k) == variable) is { } key)
            {
                Add(layers, faults, variable, key, value);
            }
            else if (!NotSettings.Contains(variable) && !variable.StartsWith(TestPrefix, StringComparison.Ordinal))
            {
                faults.Add($"{HostileText.Show(variable, 80)} names no setting; `config show` lists them all.");
            }
        }

        if (file is not null)
        {
            layers.Add(ReadFile(file, known, faults));
        }

        layers.Add(("default", ShippedConfig.Reference));
        return faults.Count == 0 ? new SettingsLayers(layers) : throw new SettingsException(faults);
    }

    /// <summary>Every setting with its value and the layer that it comes from.</summary>
    public IEnumerable<(string Key, string Value, string Source)> Effective()
    {
        Akka.Configuration.Config merged = Merged;
        foreach ((string key, _) in Leaves(merged))
        {
            yield return (key, Rendered(merged.GetValue(key)), _layers.First(l => l.Config.HasPath(key)).Source);
        }
    }

    /// <summary>Variables of ours that are not settings: they point tests at their data, or hold secrets.</summary>
    private static readonly HashSet<string> NotSettings = ["CRYPTOINSIGHT_SHARED", "CRYPTOINSIGHT_VERIFY_CACHE", "CRYPTOINSIGHT_CHROMIUM", "CRYPTOINSIGHT_SEEDS", "CRYPTOINSIGHT_SEED_SECONDS", "CRYPTOINSIGHT_MUTANTS", "CRYPTOINSIGHT_TRACE", "CRYPTOINSIGHT_UPKEEP_HOURS", "CRYPTOINSIGHT_UPKEEP_SYMBOLS", .. LeaderboardSecrets.Variables];

    private static string KeyOf(string key, IReadOnlyList<string> known, string source, List<string> faults)
    {
        string full = key.StartsWith(Section + ".", StringComparison.Ordinal) ? key : $"{Section}.{key}";
        if (!known.Contains(full) && !s_openSections.Any(open => full.StartsWith($"{Section}.{open}.", StringComparison.Ordinal)))
        {
            string? near = known.OrderBy(k => Distance(k, full)).FirstOrDefault();
            faults.Add($"{source}: there is no setting {HostileText.Show(key, 80)}; the nearest is {near} (`config show` lists them all).");
        }

        return full;
    }

    private static void Add(List<(string, Akka.Configuration.Config)> layers, List<string> faults, string source, string key, string value)
    {
        try
        {
            layers.Add((source, ConfigurationFactory.ParseString($"{Quoted(key)} = {Literal(value)}")));
        }
        catch (Exception wrong) when (wrong is FormatException or ConfigurationException or IndexOutOfRangeException)
        {
            faults.Add($"{source}: the value cannot be read; lists are written [a, b].");
        }
    }

    private static (string, Akka.Configuration.Config) ReadFile(string file, IReadOnlyList<string> known, List<string> faults)
    {
        string source = $"file {Path.GetFileName(file)}";
        try
        {
            Akka.Configuration.Config config = ConfigurationFactory.ParseString(File.ReadAllText(file));
            foreach ((string key, _) in Leaves(config))
            {
                KeyOf(key, known, source, faults);
            }

            return (source, config);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or FormatException or ConfigurationException or IndexOutOfRangeException)
        {
            faults.Add($"{source} cannot be read: {wrong.Message}");
            return (source, ConfigurationFactory.Empty);
        }
    }

    private static IEnumerable<(string Key, HoconValue Value)> Leaves(Akka.Configuration.Config config)
    {
        HoconValue? section = config.HasPath(Section) ? config.GetValue(Section) : null;
        return section is null ? [] : Below(Section, section);
    }

    private static IEnumerable<(string Key, HoconValue Value)> Below(string key, HoconValue value)
    {
        if (!value.IsObject())
        {
            return [(key, value)];
        }

        return value.GetObject().Items.OrderBy(i => i.Key, StringComparer.Ordinal).SelectMany(i => Below($"{key}.{i.Key}", i.Value));
    }

    private static string Rendered(HoconValue value) => value.IsArray() ? $"[{string.Join(", ", value.GetStringList())}]" : value.GetString();

    private static string VariableOf(string key) => VariablePrefix + key[(Section.Length + 1)..].Replace('.', '_').Replace('-', '_').ToUpperInvariant();

    private static string Quoted(string key) => string.Join('.', key.Split('.').Select(part => char.IsAsciiDigit(part[0]) ? $"\"{part}\"" : part));

    /// <summary>Lists stay as they are; everything else is one text, whatever is in it.</summary>
    private static string Literal(string value) =>
        value.StartsWith('[') && value.EndsWith(']') ? value : $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>How many characters must be put in, taken out or changed to make one of the other (Levenshtein).</summary>
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 0; i < a.Length; i++)
        {
            (int corner, row[0]) = (row[0], i + 1);
            for (int j = 0; j < b.Length; j++)
            {
                int changed = corner + (a[i] == b[j] ? 0 : 1);
                corner = row[j + 1];
                row[j + 1] = Math.Min(changed, Math.Min(row[j], corner) + 1);
            }
        }

        return row[b.Length];
    }
}
