using System.Globalization;
using System.Text.Json;

namespace CryptoInsight.Benchmarks.Measuring;

/// <summary>Prints the measurements as they come, as rows of a Markdown table; and all of them as JSON at the end, if asked.</summary>
internal sealed class Report(TextWriter output, TextWriter progress)
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };

    private readonly List<Measurement> _all = [];

    public IReadOnlyList<Measurement> All => _all;

    public void Begin()
    {
        output.WriteLine("| benchmark | what | ours | opponent | ratio | goal | met | load |");
        output.WriteLine("|---|---|---|---|---|---|---|---|");
    }

    public void Add(Measurement m)
    {
        _all.Add(m);
        string theirs = m.Theirs is { } t ? $"{Measurement.Figure(t)} {m.Unit} ({m.Opponent})" : "-";
        string ratio = m.Ratio is { } r ? string.Create(CultureInfo.InvariantCulture, $"{Measurement.Figure(r)}x") : "-";
        string met = m.Met switch { true => "yes", false => "**no**", null => "-" };
        string what = m.Note.Length > 0 ? $"{m.What} ({m.Note})" : m.What;
        output.WriteLine($"| {m.Benchmark} | {what} | {Measurement.Figure(m.Ours)} {m.Unit} | {theirs} | {ratio} | {(m.GoalText.Length > 0 ? m.GoalText : "-")} | {met} | {m.Load} |");
        output.Flush();
    }

    /// <summary>Tells a waiting person what is going on; not part of the table.</summary>
    public void Say(string text) => progress.WriteLine($"  {text}");

    public void WriteJson(string path) => File.WriteAllText(path, JsonSerializer.Serialize(_all, s_json));
}
