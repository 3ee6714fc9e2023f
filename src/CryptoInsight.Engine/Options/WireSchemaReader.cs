using System.Globalization;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Silver;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Engine.Options;

/// <summary>The section <c>sources.binance.wire-schema</c>: one entry per column, <c>name { element = 12, field = "x", type = double }</c>.</summary>
/// <remarks>A column that is ignored gives way to one that claims its place, so an operator only ever adds.</remarks>
internal static class WireSchemaReader
{
    public const string Section = "sources.binance.wire-schema";

    private static readonly IReadOnlyDictionary<string, WireType> s_types = Enum.GetValues<WireType>().ToDictionary(KlineWireSchema.NameOf);

    public static KlineWireSchema Read(SettingsReader read)
    {
        List<WireColumn> columns = [.. read.Keys(Section).Select(name => Column(read, name)).OfType<WireColumn>()];
        columns = [.. columns.Where(c => c.Type != WireType.Ignored || !columns.Exists(o => o.Type != WireType.Ignored && SharesPlace(o, c)))
            .OrderBy(c => c.Element ?? int.MaxValue).ThenBy(c => c.Name, StringComparer.Ordinal)];
        bool isSound = true;
        foreach (string fault in KlineWireSchema.FaultsOf(columns))
        {
            read.Report(Section, fault);
            isSound = false;
        }

        return isSound ? new KlineWireSchema(columns) : KlineWireSchema.Binance;
    }

    private static WireColumn? Column(SettingsReader read, string name)
    {
        string key = $"{Section}.\"{name}\"";
        if (!LakeLocation.IsName(name))
        {
            read.Report(Section, "has a column whose name is not 1 to 64 of a-z, 0-9 and _, starting with a letter");
            return null;
        }

        string type = read.Text($"{key}.type");
        if (type.Length > 0 && !s_types.ContainsKey(type))
        {
            read.Report($"{Section}.{name}.type", $"must be one of {string.Join(", ", s_types.Keys)}");
        }

        WireType wire = s_types.GetValueOrDefault(type, WireType.Ignored);
        if (wire != WireType.Ignored && SilverChartsTable.IsOwnColumn(name) && KlineWireSchema.Binance.Columns.All(c => c.Name != name || c.Type == WireType.Ignored))
        {
            read.Report($"{Section}.{name}", $"is a column that {SilverChartsTable.Name} fills by itself; choose another name");
        }

        return new WireColumn(name, Element(read, name, read.Optional($"{key}.element")), read.Optional($"{key}.field"), wire);
    }

    private static int? Element(SettingsReader read, string name, string? text)
    {
        if (text is null)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int element))
        {
            return element;
        }

        read.Report($"{Section}.{name}.element", "must be a whole number, the place in the array from 0 on");
        return null;
    }

    private static bool SharesPlace(WireColumn a, WireColumn b) =>
        (a.Element is not null && a.Element == b.Element) || (a.JsonName is not null && a.JsonName == b.JsonName);
}
