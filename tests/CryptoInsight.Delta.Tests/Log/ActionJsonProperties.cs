using System.Text;
using System.Text.Json;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Log;
using CsCheck;

namespace CryptoInsight.Delta.Tests.Log;

/// <summary>Actions survive the way through JSON, and foreign JSON is read as the protocol means it.</summary>
public class ActionJsonProperties
{
    private static readonly Uri s_root = new("memory://t/");

    private static readonly Gen<string> s_text = Gen.String[Gen.Char["aZ09 /%=\"\\\n\té漢\u2028'<>&{}[]:,"], 0, 24];

    private static readonly Gen<IReadOnlyDictionary<string, string?>> s_map =
        Gen.Dictionary(s_text, Gen.Frequency((3, s_text.Select(t => (string?)t)), (1, Gen.Const((string?)null))))[0, 4].Select(d => (IReadOnlyDictionary<string, string?>)d);

    private static readonly Gen<DeletionVectorDescriptor?> s_vector = Gen.Frequency(
        (2, Gen.Const((DeletionVectorDescriptor?)null)),
        (1, Gen.Select(s_text, Gen.Int[0, 1000], Gen.Long[0, 1L << 40], (p, o, c) => (DeletionVectorDescriptor?)new DeletionVectorDescriptor("u", p, o % 2 == 0 ? o : null, o, c))));

    private static readonly Gen<AddFile> s_add = Gen.Select(s_text, s_map, Gen.Long[0, long.MaxValue], s_text, s_vector, Gen.Bool, (path, map, size, stats, vector, flag) => new AddFile(path, map, size, size / 2, flag)
    {
        Stats = stats.Length == 0 ? null : stats,
        Tags = flag ? map : null,
        DeletionVector = vector,
        BaseRowId = flag ? size : null,
        DefaultRowCommitVersion = flag ? null : size,
        ClusteringProvider = flag ? path : null,
    });

    private static LogCommit RoundTrip(params DeltaAction[] actions) => LogCommitReader.Parse(ActionWriter.WriteLines(actions), 5, s_root);

    private static LogCommit Parse(string json) => LogCommitReader.Parse(Encoding.UTF8.GetBytes(json), 5, s_root);

    [Fact]
    public void Every_add_survives() => s_add.Sample(add =>
    {
        AddFile read = Assert.Single(RoundTrip(add).Adds);
        Assert.Equal(add.Path, read.Path);
        Assert.Equal(add.PartitionValues, read.PartitionValues);
        Assert.Equal((add.Size, add.ModificationTime, add.DataChange, add.Stats, add.BaseRowId, add.DefaultRowCommitVersion, add.ClusteringProvider), (read.Size, read.ModificationTime, read.DataChange, read.Stats, read.BaseRowId, read.DefaultRowCommitVersion, read.ClusteringProvider));
        Assert.Equal(add.Tags, read.Tags);
        Assert.Equal(add.DeletionVector, read.DeletionVector);
    });

    [Fact]
    public void Every_remove_change_file_position_and_domain_survives() => Gen.Select(s_add, s_text, Gen.Long).Sample((add, text, number) =>
    {
        RemoveFile remove = new(add.Path, add.DataChange)
        {
            DeletionTimestamp = number, ExtendedFileMetadata = add.DataChange, PartitionValues = add.Tags, Size = add.Size, Stats = add.Stats, Tags = add.Tags, DeletionVector = add.DeletionVector, BaseRowId = add.BaseRowId, DefaultRowCommitVersion = add.DefaultRowCommitVersion,
        };
        AddCdcFile change = new(add.Path, add.PartitionValues, add.Size) { Tags = add.Tags };
        AppTransaction txn = new(text, number) { LastUpdated = add.BaseRowId };
        DomainMetadata domain = new(text, add.Path, add.DataChange);
        LogCommit read = RoundTrip(remove, change, txn, domain);
        RemoveFile r = Assert.Single(read.Removes);
        Assert.Equal(remove with { PartitionValues = null, Tags = null }, r with { PartitionValues = null, Tags = null });
        Assert.Equal(remove.PartitionValues, r.PartitionValues);
        AddCdcFile c = Assert.Single(read.ChangeFiles);
        Assert.Equal((change.Path, change.Size), (c.Path, c.Size));
        Assert.Equal(change.PartitionValues, c.PartitionValues);
        Assert.Equal(txn, Assert.Single(read.Transactions));
        Assert.Equal(domain, Assert.Single(read.Domains));
        Assert.Equal(4, read.ActionCount);
    });

    [Fact]
    public void Each_action_is_one_line_of_json_whatever_its_text() => s_add.Sample(add =>
    {
        string[] lines = Encoding.UTF8.GetString(ActionWriter.WriteLines([add, add])).Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.Equal("", lines[2]);
        Assert.Equal(add.Path, JsonDocument.Parse(lines[0]).RootElement.GetProperty("add").GetProperty("path").GetString());
    });

    [Fact]
    public void Unknown_actions_and_fields_are_passed_over()
    {
        LogCommit read = Parse("""
            {"future":{"a":[1,{"b":2}]}}
            {"add":{"path":"a","size":1,"x":{"y":[]},"partitionValues":{"p":null},"modificationTime":1,"dataChange":true,"deletionVector":null,"tags":null,"stats":null}}

            {"commitInfo":{"timestamp":"not a number","operation":7,"isBlindAppend":"no","inCommitTimestamp":3,"nested":{"txnId":"x"}}}
            """);
        AddFile add = Assert.Single(read.Adds);
        Assert.Null(add.PartitionValues["p"]);
        Assert.Null(add.Stats);
        Assert.Equal(new CommitFacts(null, 3, null, null, null, null), read.Facts);
        Assert.Equal(3, read.ActionCount);
        Assert.Equal(7, read.ReadCommitInfo()!.Content.GetProperty("operation").GetInt32());
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("{\"add\":1}")]
    [InlineData("{\"add\":{}}")]
    [InlineData("{\"add\":{\"path\":\"a\"}}")]
    [InlineData("{\"add\":{\"path\":7,\"size\":1}}")]
    [InlineData("{\"add\":{\"path\":\"a\",\"size\":1.5}}")]
    [InlineData("{\"add\":{\"path\":\"a\",\"size\":\"x\"}}")]
    [InlineData("{\"add\":{\"path\":\"a\",\"size\":1,\"partitionValues\":[]}}")]
    [InlineData("{\"add\":{\"path\":\"a\",\"size\":1,\"deletionVector\":{}}}")]
    [InlineData("{\"remove\":{\"dataChange\":true}}")]
    [InlineData("{\"txn\":{\"appId\":\"a\"}}")]
    [InlineData("{\"protocol\":{\"minReaderVersion\":1}}")]
    [InlineData("{\"protocol\":{\"minReaderVersion\":99999999999,\"minWriterVersion\":2}}")]
    [InlineData("{\"metaData\":{\"id\":\"a\"}}")]
    [InlineData("{\"add\":{\"path\":\"a\",\"size\":1}")]
    [InlineData("{\"commitInfo\":{\"actionCount\":2}}")]
    public void What_is_no_commit_is_refused_by_version_without_repeating_it(string json)
    {
        DamagedCommitException refusal = Assert.Throws<DamagedCommitException>(() => Parse(json));
        Assert.Contains("Version 5", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("nonsense", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_is_refused_not_followed() =>
        Assert.Throws<DamagedCommitException>(() => Parse("{\"x\":" + new string('[', 100_000) + new string(']', 100_000) + "}"));
}
