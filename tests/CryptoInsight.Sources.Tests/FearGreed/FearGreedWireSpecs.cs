using System.Text;
using System.Text.Json;
using CryptoInsight.Sources.FearGreed;
using CryptoInsight.Sources.Http;
using CsCheck;

namespace CryptoInsight.Sources.Tests.FearGreed;

public sealed class FearGreedWireSpecs
{
    private static readonly FearGreedStamp s_stamp = new("alternative.me", "/fng/", "hash", "run", UnixMicros.FromSeconds(1_714_521_700));

    [Fact]
    public void The_publishers_answer_becomes_a_row_per_day()
    {
        IReadOnlyList<RawFearGreed> rows = Rows("""
            {"name":"Fear and Greed Index","data":[
              {"value":"54","value_classification":"Neutral","timestamp":"1714521600","time_until_update":"3600"},
              {"value":"67","value_classification":"Greed","timestamp":"1714435200"}],"metadata":{"error":null}}
            """);
        Assert.Equal(
            [("54", "Neutral", (long?)1714521600L, "3600"), ("67", "Greed", 1714435200L, null)],
            rows.Select(r => (r.IndexValue, r.ValueClassification, r.TsUnix, r.TimeUntilUpdate)));
        Assert.Equal("""{"value":"67","value_classification":"Greed","timestamp":"1714435200"}""", rows[1].RawJson);
        Assert.All(rows, r => Assert.Null(r.RescuedData));
        Assert.Equal("fear_greed|1714435200", rows[1].UniqueKey);
    }

    [Fact]
    public void Members_that_nobody_knows_are_rescued_and_numbers_are_as_good_as_texts()
    {
        RawFearGreed row = Assert.Single(Rows("""[ { "value" : 54, "value_classification":"Neutral","timestamp":1714521600, "mood":{"x":[1, 2]}, "é":"한" } ]"""));
        Assert.Equal(("54", 1714521600L), (row.IndexValue, row.TsUnix));
        Assert.Equal("""{"mood":{"x":[1,2]},"é":"한"}""", row.RescuedData);
    }

    [Theory]
    [InlineData("""{"value":"54","timestamp":"1714521600000"}""")] // milliseconds
    [InlineData("""{"value":"54","timestamp":"01-05-2024"}""")] // date_format=world
    [InlineData("""{"value":"54"}""")]
    [InlineData("""{"value":"54","timestamp":"-1"}""")]
    [InlineData("""{"value":"54","timestamp":1e9}""")]
    [InlineData("""{"value":"54","timestamp":"99999999999999999999"}""")]
    [InlineData("null")]
    [InlineData("17")]
    [InlineData("\"text\"")]
    [InlineData("[]")]
    public void An_element_without_a_plausible_time_is_kept_without_a_key(string element)
    {
        RawFearGreed row = Assert.Single(Rows($"[{element}]"));
        Assert.Null(row.UniqueKey);
        Assert.Null(row.EventTime);
        Assert.Equal("time_unreadable", FearGreedParser.Read(row).Why!.Code);
    }

    [Theory]
    [InlineData("""{"value":"101","value_classification":"Greed","timestamp":"1714521600"}""", "index_out_of_range")]
    [InlineData("""{"value":"-1","value_classification":"Greed","timestamp":"1714521600"}""", "index_out_of_range")]
    [InlineData("""{"value":"5x","value_classification":"Greed","timestamp":"1714521600"}""", "value_unreadable")]
    [InlineData("""{"value":"54.5","value_classification":"Greed","timestamp":"1714521600"}""", "value_unreadable")]
    [InlineData("""{"value":"99999999999999999999","value_classification":"Greed","timestamp":"1714521600"}""", "value_unreadable")]
    [InlineData("""{"value":null,"value_classification":"Greed","timestamp":"1714521600"}""", "value_unreadable")]
    [InlineData("""{"value":"54","timestamp":"1714521600"}""", "class_missing")]
    [InlineData("""{"value":"54","value_classification":" ","timestamp":"1714521600"}""", "class_missing")]
    [InlineData("""{"value":"54","value_classification":"\ud800","timestamp":"1714521600"}""", "class_missing")]
    public void What_breaks_a_rule_is_quarantined_by_a_stable_code(string element, string code) =>
        Assert.Equal(code, FearGreedParser.Read(Assert.Single(Rows($"[{element}]"))).Why!.Code);

    [Theory]
    [InlineData("")]
    [InlineData("{\"data\":[{\"value\":\"54\"")]
    [InlineData("[] []")]
    [InlineData("{}")]
    [InlineData("{\"data\":{}}")]
    [InlineData("\"x\"")]
    [InlineData("{\"data\":[],\"metadata\":{\"error\":\"limit must be a number\"}}")]
    public void What_is_no_index_is_refused_with_a_reason(string document) => Assert.NotEmpty(Refusal(Encoding.UTF8.GetBytes(document)));

    [Fact]
    public void A_text_longer_than_any_value_stays_in_the_raw_json_alone()
    {
        string huge = new('9', 100_000);
        RawFearGreed row = Assert.Single(Rows($$"""[{"value":"{{huge}}","value_classification":"Greed","timestamp":"1714521600"}]"""));
        Assert.Null(row.IndexValue);
        Assert.Contains(huge, row.RawJson, StringComparison.Ordinal);
    }

    [Fact]
    public void No_bytes_make_reading_throw_and_every_element_becomes_one_row()
    {
        byte[] good = Encoding.UTF8.GetBytes("""{"name":"F","data":[{"value":"54","value_classification":"Neutral","timestamp":"1714521600","x\ud800":"\udc00"}],"metadata":{"error":null}}""");
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte, Gen.Int[0, good.Length]).Array[0, 6].Sample(edits =>
        {
            byte[] bytes = [.. good];
            foreach ((int at, byte value, int length) in edits)
            {
                if (at < bytes.Length)
                {
                    bytes[at] = value;
                    bytes = value % 5 == 0 ? bytes[..Math.Min(length, bytes.Length)] : bytes;
                }
            }

            JsonDocumentReading<IReadOnlyList<RawFearGreed>> reading = FearGreedWire.Read(bytes, s_stamp);
            Assert.True(reading.Value is null ^ reading.Why is null);
            foreach (RawFearGreed row in reading.Value ?? [])
            {
                using JsonDocument kept = JsonDocument.Parse(row.RawJson); // raw_json is JSON whatever came
                (SilverFearGreed? silver, Domain.Quality.SilverVerdict.Quarantined? why) = FearGreedParser.Read(row);
                Assert.True(silver is null ^ why is null);
            }
        });
    }

    [SkippableFact]
    public void The_recorded_history_reads_whole_and_its_csv_twin_is_refused_by_name()
    {
        FearGreedFile file = FearGreedFile.Read(SharedData.MarketData("fear-greed/derived/fng-2018-02_2024-05.json.gz"));
        Assert.Equal(2_279, file.Rows.Count);
        Assert.All(file.Rows, r => Assert.NotNull(FearGreedParser.Read(r).Row));
        Assert.Equal(2_279, file.Rows.Select(r => r.EventTime!.Value.Day).Distinct().Count());
        FearGreedFileException csv = Assert.Throws<FearGreedFileException>(() => FearGreedFile.Read(SharedData.MarketData("fear-greed/alternative.me-fng-format-csv_2024-05-01.response.txt")));
        Assert.Contains("format=csv", csv.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_missing_cut_or_empty_is_refused_by_its_name()
    {
        using var folder = new TemporaryFolder();
        string cut = folder.Write("cut.json.gz", [0x1F, 0x8B, 8, 0, 0, 0]), empty = folder.Write("empty.json", "[]");
        foreach (string path in (string[])[cut, empty, empty + "x"])
        {
            Assert.StartsWith(Path.GetFileName(path), Assert.Throws<FearGreedFileException>(() => FearGreedFile.Read(path)).Message, StringComparison.Ordinal);
        }
    }

    private static IReadOnlyList<RawFearGreed> Rows(string document) => FearGreedWire.Read(Encoding.UTF8.GetBytes(document), s_stamp).Value!;

    private static string Refusal(byte[] document) => FearGreedWire.Read(document, s_stamp).Why!;
}
