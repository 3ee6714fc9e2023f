using System.Globalization;
using System.Text.RegularExpressions;
using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace CryptoInsight.Engine.Options;

/// <summary>The only place that reads HOCON: checks that a key is there (a missing number would silently be 0), parses it, and gathers the faults.</summary>
internal sealed partial class SettingsReader(Config config)
{
    private const string Section = "cryptoinsight.";

    private readonly List<string> _faults = [];

    public void ThrowIfFaulty()
    {
        if (_faults.Count > 0)
        {
            throw new SettingsException(_faults);
        }
    }

    public string Text(string key) => Value(key)?.GetString() is { Length: > 0 } text ? text : Fault(key, "is missing or empty", "");

    /// <summary>A short name of small letters, digits and dashes.</summary>
    public string Name(string key) =>
        Value(key)?.GetString() is { } text && NamePattern().IsMatch(text) ? text : Fault(key, "must be 1 to 32 small letters, digits and dashes, and begin with a letter", "default");

    /// <summary>A text that may be left out.</summary>
    public string? Optional(string key) => Value(key)?.GetString();

    /// <summary>Whether anybody set the key.</summary>
    public bool Has(string key) => Value(key) is not null;

    /// <summary>One of an enumeration's names, in lower case.</summary>
    public T Choice<T>(string key)
        where T : struct, Enum =>
        Array.Find(Enum.GetValues<T>(), v => v.ToString().Equals(Value(key)?.GetString(), StringComparison.OrdinalIgnoreCase)) is var found && found.ToString().Equals(Value(key)?.GetString(), StringComparison.OrdinalIgnoreCase)
            ? found
            : Fault(key, $"must be one of {string.Join(", ", Enum.GetNames<T>().Select(n => n.ToLowerInvariant()))}", default(T));

    /// <summary>Notes a fault that was found outside.</summary>
    public void Report(string key, string what) => Fault(key, what, 0);

    public string OneOf(string key, params string[] words) =>
        Value(key)?.GetString() is { } text && words.Contains(text, StringComparer.Ordinal) ? text : Fault(key, $"must be one of {string.Join(", ", words)}", words[0]);

    /// <summary>A text that is shown by <c>config show</c> and therefore must not hold a password.</summary>
    public string WithoutPassword(string key)
    {
        string text = Text(key);
        return text.Contains("password", StringComparison.OrdinalIgnoreCase) || text.Contains("pwd=", StringComparison.OrdinalIgnoreCase)
            ? Fault(key, "must not hold a password: give it in the variable PGPASSWORD or in a passfile", text)
            : text;
    }

    public int Whole(string key, int min, int max) =>
        int.TryParse(Value(key)?.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out int n) && n >= min && n <= max
            ? n
            : Fault(key, $"must be a whole number from {min} to {max}", min);

    public TimeSpan Duration(string key, TimeSpan min, TimeSpan max) =>
        TryDuration(Value(key)?.GetString(), out TimeSpan span) && span >= min && span <= max
            ? span
            : Fault(key, $"must be a duration with its unit (us, ms, s, min, h, d) from {min} to {max}", min);

    public TimeSpan? DurationOrAuto(string key)
    {
        string? text = Value(key)?.GetString();
        return text == "auto" ? null
            : TryDuration(text, out TimeSpan span) && span > TimeSpan.Zero ? span
            : Fault<TimeSpan?>(key, "must be auto or a duration with its unit, such as 7d", null);
    }

    public long Size(string key, long min, long max)
    {
        Match match = SizePattern().Match(Value(key)?.GetString() ?? "");
        if (!match.Success)
        {
            return Fault(key, "must be a size with its unit (B, KiB, MiB, GiB)", min);
        }

        long unit = match.Groups[2].Value switch { "B" => 1, "KiB" => 1 << 10, "MiB" => 1 << 20, _ => 1 << 30 };
        long bytes = long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) * unit;
        return bytes >= min && bytes <= max ? bytes : Fault(key, $"must be from {min} to {max} bytes", min);
    }

    public IReadOnlyList<T> Many<T>(string key, Func<string, T> parse)
    {
        HoconValue? value = Value(key);
        if (value is not null && value.Values.Any(v => v is HoconArray { Count: 0 }))
        {
            return []; // an empty list is no array to HOCON
        }

        if (value is null || !value.IsArray())
        {
            return Fault<IReadOnlyList<T>>(key, "must be a list such as [a, b]", []);
        }

        var items = new List<T>();
        foreach (string item in value.GetStringList())
        {
            try
            {
                items.Add(parse(item.Trim()));
            }
            catch (FormatException wrong)
            {
                _faults.Add($"{Section}{key}: {wrong.Message}");
            }
        }

        return items;
    }

    /// <summary>The keys directly below a section.</summary>
    public IReadOnlyList<string> Keys(string section)
    {
        HoconValue? value = Value(section);
        return value is not null && value.IsObject() ? [.. value.GetObject().Items.Keys] : Fault<IReadOnlyList<string>>(section, "must be a section { … }", []);
    }

    /// <summary>A value made of several keys; what its constructor refuses is a fault of the key.</summary>
    public T Checked<T>(string key, T otherwise, Func<T> make)
    {
        try
        {
            return make();
        }
        catch (Exception refused) when (refused is ArgumentException or FormatException)
        {
            return Fault(key, refused.Message, otherwise);
        }
    }

    /// <summary>A duration as this project writes it: a whole number and a unit.</summary>
    public static bool TryDuration(string? text, out TimeSpan span)
    {
        span = default;
        Match match = DurationPattern().Match(text ?? "");
        if (!match.Success || !long.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out long n) || n > 1_000_000_000)
        {
            return false;
        }

        span = match.Groups[2].Value switch
        {
            "us" => TimeSpan.FromMicroseconds(n),
            "ms" => TimeSpan.FromMilliseconds(n),
            "s" => TimeSpan.FromSeconds(n),
            "m" or "min" => TimeSpan.FromMinutes(n),
            "h" => TimeSpan.FromHours(n),
            "d" when n < 100_000 => TimeSpan.FromDays(n),
            _ => TimeSpan.MinValue,
        };
        return span != TimeSpan.MinValue;
    }

    private HoconValue? Value(string key) => config.HasPath(Section + key) ? config.GetValue(Section + key) : null;

    private T Fault<T>(string key, string what, T otherwise)
    {
        _faults.Add($"{Section}{key} {what}");
        return otherwise;
    }

    [GeneratedRegex("^[a-z][a-z0-9-]{0,31}$", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();

    [GeneratedRegex("^([0-9]{1,10})(us|ms|s|m|min|h|d)$", RegexOptions.CultureInvariant)]
    private static partial Regex DurationPattern();

    [GeneratedRegex("^([0-9]{1,12})(B|KiB|MiB|GiB)$", RegexOptions.CultureInvariant)]
    private static partial Regex SizePattern();
}
