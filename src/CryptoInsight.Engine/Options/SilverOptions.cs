using CryptoInsight.Domain.Quality;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Engine.Options;

/// <summary>How Bronze rows become Silver rows.</summary>
/// <param name="WireSchema">Which element of the wire is which column; ingestion rescues by it what Silver does not know.</param>
/// <param name="Expectations">Every rule with its action.</param>
/// <param name="RebuildRowsMax">Rows held at once while Silver is compared with the whole of Bronze.</param>
/// <param name="DeadLetterRetention">How long dead letters are kept.</param>
public sealed record SilverOptions(KlineWireSchema WireSchema, ExpectationSet Expectations, SchemaDriftMode OnSchemaDrift, int RebuildRowsMax, TimeSpan DeadLetterRetention)
{
    internal static SilverOptions From(SettingsReader read) => new(
        WireSchemaReader.Read(read),
        read.Checked("silver.expectations", ExpectationSet.Default, () => ExpectationSet.Parse(
            read.Keys("silver.expectations").Select(code => KeyValuePair.Create(code, read.Text($"silver.expectations.\"{code}\""))))),
        read.Choice<SchemaDriftMode>("silver.on-schema-drift"),
        read.Whole("silver.rebuild-rows-max", 1_000, 10_000_000),
        read.Duration("dlq.retention", TimeSpan.FromDays(1), TimeSpan.FromDays(3650)));
}
