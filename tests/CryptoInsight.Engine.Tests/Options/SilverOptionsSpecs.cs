using Akka.Configuration;
using CryptoInsight.Domain.Quality;
using CryptoInsight.Engine.Options;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Engine.Tests.Options;

/// <summary>Wire schema and expectations as configuration: what an operator writes, and everything wrong with it at once.</summary>
public sealed class SilverOptionsSpecs
{
    [Fact]
    public void The_shipped_defaults_are_binances_schema_and_the_default_rules()
    {
        SilverOptions silver = Read("");
        Assert.Equal(KlineWireSchema.Binance.Columns.OrderBy(c => c.Name, StringComparer.Ordinal), silver.WireSchema.Columns.OrderBy(c => c.Name, StringComparer.Ordinal));
        Assert.Equal(ExpectationSet.Default, silver.Expectations);
        Assert.Equal((SchemaDriftMode.Rescue, 300_000, TimeSpan.FromDays(90)), (silver.OnSchemaDrift, silver.RebuildRowsMax, silver.DeadLetterRetention));
    }

    [Theory]
    [InlineData("string", WireType.Text)]
    [InlineData("double", WireType.Decimal)]
    [InlineData("long", WireType.Integer)]
    [InlineData("int", WireType.Integer32)]
    [InlineData("timestamp", WireType.VenueTime)]
    [InlineData("boolean", WireType.Boolean)]
    [InlineData("ignored", WireType.Ignored)]
    public void A_column_is_one_more_line(string type, WireType expected)
    {
        SilverOptions silver = Read($"sources.binance.wire-schema.taker_count {{ element = 12, field = \"k\", type = {type} }}");
        Assert.Contains(new WireColumn("taker_count", 12, "k", expected), silver.WireSchema.Columns);
        Assert.Equal(expected == WireType.Ignored ? 0 : 1, silver.WireSchema.ExtraColumns.Count);
    }

    [Fact]
    public void An_ignored_element_gives_way_to_a_column_that_claims_its_place()
    {
        SilverOptions silver = Read("sources.binance.wire-schema.fee { element = 11, type = double }");
        Assert.Equal("fee", Assert.Single(silver.WireSchema.ExtraColumns).Name);
        Assert.DoesNotContain(silver.WireSchema.Columns, c => c.Name == "unused");
    }

    [Fact]
    public void Rules_take_their_actions_from_the_configuration()
    {
        SilverOptions silver = Read("silver { on-schema-drift = fail, expectations { low_above_body = warn, off_grid = fail } }");
        Assert.Equal(ExpectationAction.Warn, silver.Expectations[CandleRule.LowAboveBody].Action);
        Assert.Equal(ExpectationAction.Fail, silver.Expectations[CandleRule.OffGrid].Action);
        Assert.Equal(SchemaDriftMode.Fail, silver.OnSchemaDrift);
    }

    [Fact]
    public void Everything_wrong_is_said_at_once()
    {
        SettingsException refused = Assert.Throws<SettingsException>(() => Read("""
            sources.binance.wire-schema {
              unique_key { element = 13, type = string }
              "Bad Name" { element = 14, type = string }
              amount { element = twelve, type = money }
              again { element = 1, type = double }
              volume { type = string }
            }
            silver { on-schema-drift = explode, rebuild-rows-max = 5, expectations { low_above_body = shout, not_finite = warn } }
            dlq.retention = forever
            """));
        foreach (string part in (string[])
        [
            "wire-schema.unique_key is a column that silver_charts fills", "whose name is not 1 to 64", "amount.element must be a whole number", "amount.type must be one of ",
            "element 1 is claimed twice", "column volume must be of type double, not string", "on-schema-drift must be one of rescue, fail", "Rule low_above_body has no action", "Rule not_finite cannot only warn",
            "rebuild-rows-max", "dlq.retention",
        ])
        {
            Assert.Contains(part, refused.Message, StringComparison.Ordinal);
        }
    }

    private static SilverOptions Read(string text) =>
        EngineOptions.FromConfig(ConfigurationFactory.ParseString($"cryptoinsight {{ {text} }}").WithFallback(ShippedConfig.Reference)).Silver;
}
