using System.Globalization;
using System.Text;
using System.Text.Json;
using CryptoInsight.Domain.Market;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Engine.Jobs;

/// <summary>Elements that ingestion rescued and that the wire schema of today still does not know.</summary>
internal static class SchemaDrift
{
    /// <summary>The first such element of a row with its value, or null.</summary>
    public static (string Element, JsonElement Value)? Of(RawCandle row, KlineWireSchema schema)
    {
        if (row.RescuedData is null)
        {
            return null;
        }

        try
        {
            using JsonDocument rescued = JsonDocument.Parse(row.RescuedData);
            if (rescued.RootElement.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            foreach (JsonProperty property in rescued.RootElement.EnumerateObject())
            {
                bool isKnown = int.TryParse(property.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int element)
                    ? schema.KnowsElement(element)
                    : schema.KnowsField(property.Name);
                if (!isKnown)
                {
                    return (property.Name, property.Value.Clone());
                }
            }
        }
        catch (JsonException)
        {
            // Another writer's text: the row itself is judged all the same.
        }

        return null;
    }

    /// <summary>What an operator has to know to go on.</summary>
    public static SchemaDriftException Exception(RawCandle row, string element, JsonElement value)
    {
        bool isElement = int.TryParse(element, NumberStyles.None, CultureInfo.InvariantCulture, out _);
        string example = HostileText.Show(Encoding.UTF8.GetBytes(value.GetRawText()));
        string place = isElement ? $"element = {element}" : $"field = \"{HostileText.Show(element.AsSpan())}\"";
        string name = isElement ? $"element_{element}" : "new_column";
        string snippet = $"cryptoinsight.sources.binance.wire-schema.{name} {{ {place}, type = {TypeOf(value)} }}";
        return new SchemaDriftException(
            element,
            example,
            snippet,
            $"{BronzeChartsTable.Name} has rows with {(isElement ? $"element {element}" : $"field \"{HostileText.Show(element.AsSpan())}\"")}, which the wire schema does not know; the first is "
            + $"{row.Symbol} {row.Interval} {row.OpenTime?.ToString() ?? "without a time"}, where it is {example}. Nothing of this batch was written, and nothing is lost: Bronze keeps the rows whole. "
            + $"Say what it is in the configuration, for example  {snippet}  (another name if you like, or type = ignored), and start or repair {SilverJob.Id}; or set silver.on-schema-drift = rescue.");
    }

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Number => value.TryGetInt64(out _) ? "long" : "double",
        JsonValueKind.String => double.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? "double" : "string",
        _ => "string",
    };
}
