using System.Globalization;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Data;

/// <summary>Which leaves of the schema get statistics: the first N, or those that the table names.</summary>
/// <remarks><b>Source</b>: table properties <c>delta.dataSkippingNumIndexedCols</c> (default 32, -1 = all) and <c>delta.dataSkippingStatsColumns</c> (which wins).
/// An array, a map and a variant count as one leaf and get a null count only.</remarks>
internal sealed record StatsSelection(IReadOnlyList<StatsSelection.Node> Columns)
{
    /// <summary>One selected field: <paramref name="Index"/> is its place among its siblings in the file.</summary>
    internal sealed record Node(int Index, string PhysicalName, DataType Type, IReadOnlyList<Node> Children);

    public static StatsSelection Select(IReadOnlyList<StructField> fields, IReadOnlyDictionary<string, string> configuration, ColumnMappingMode mapping, int leavesDefault)
    {
        if (configuration.TryGetValue("delta.dataSkippingStatsColumns", out string? named))
        {
            HashSet<string> paths = new(SplitNames(named), StringComparer.OrdinalIgnoreCase);
            return new StatsSelection(Named(fields, "", false, paths, mapping));
        }

        int left = configuration.TryGetValue("delta.dataSkippingNumIndexedCols", out string? text)
            && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int n) && n >= -1
            ? (n < 0 ? int.MaxValue : n)
            : leavesDefault;
        return new StatsSelection(First(fields, mapping, ref left));
    }

    private static List<Node> First(IReadOnlyList<StructField> fields, ColumnMappingMode mapping, ref int left)
    {
        List<Node> nodes = [];
        for (int i = 0; i < fields.Count && left > 0; i++)
        {
            StructField f = fields[i];
            if (f.Type is StructType s)
            {
                List<Node> children = First(s.Fields, mapping, ref left);
                if (children.Count > 0)
                {
                    nodes.Add(new Node(i, ColumnMapping.PhysicalName(f, mapping), f.Type, children));
                }
            }
            else
            {
                left--;
                nodes.Add(new Node(i, ColumnMapping.PhysicalName(f, mapping), f.Type, []));
            }
        }

        return nodes;
    }

    private static List<Node> Named(IReadOnlyList<StructField> fields, string prefix, bool parentNamed, HashSet<string> paths, ColumnMappingMode mapping)
    {
        List<Node> nodes = [];
        for (int i = 0; i < fields.Count; i++)
        {
            StructField f = fields[i];
            string path = prefix + f.Name;
            bool named = parentNamed || paths.Contains(path);
            List<Node> children = f.Type is StructType s ? Named(s.Fields, path + ".", named, paths, mapping) : [];
            if (f.Type is StructType ? children.Count > 0 : named)
            {
                nodes.Add(new Node(i, ColumnMapping.PhysicalName(f, mapping), f.Type, children));
            }
        }

        return nodes;
    }

    // Names are separated by commas; a name that itself holds commas or dots stands in backticks, doubled inside.
    private static List<string> SplitNames(string text)
    {
        List<string> names = [];
        System.Text.StringBuilder name = new();
        bool quoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '`' && quoted && i + 1 < text.Length && text[i + 1] == '`')
            {
                name.Append('`');
                i++;
            }
            else if (c == '`')
            {
                quoted = !quoted;
            }
            else if (c == ',' && !quoted)
            {
                names.Add(name.ToString().Trim());
                name.Clear();
            }
            else
            {
                name.Append(c);
            }
        }

        names.Add(name.ToString().Trim());
        return names;
    }
}
