using CryptoInsight.Delta.Store;
using CsCheck;

namespace CryptoInsight.Delta.Tests.Store;

public class TablePathSpecs
{
    private static readonly Uri s_root = new("file:///data/lake/my%20table/");

    [Theory]
    [InlineData("part-0.parquet", "part-0.parquet")]
    [InlineData("dt=2026-01-01/part-0.parquet", "dt=2026-01-01/part-0.parquet")]
    [InlineData("special%20p@%23h", "special p@#h")]
    [InlineData("t=2026-01-01%2010%253A00/x", "t=2026-01-01 10%3A00/x")]
    [InlineData("file:///data/lake/my%20table/a%20b.parquet", "a b.parquet")]
    [InlineData("file:/data/lake/my%20table/a", "a")]
    [InlineData("FILE://localhost/data/lake/my%20table/a", "a")]
    [InlineData("/data/lake/my%20table/dt=1/a", "dt=1/a")]
    public void Log_paths_become_keys(string logPath, string key) => Assert.Equal(key, TablePath.ToKey(logPath, s_root));

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("../other/a.parquet")]
    [InlineData("a/../../b")]
    [InlineData("a%2F..%2F..%2Fb")]
    [InlineData("s3://bucket/a.parquet")]
    [InlineData("file:///data/lake/my%20table/../../x")]
    [InlineData("")]
    public void A_file_outside_the_table_is_refused(string logPath) => Assert.Throws<DeltaException>(() => TablePath.ToKey(logPath, s_root));

    [Theory]
    [InlineData("/some/unqualified/with%20space/p@%23h", "file:/some/unqualified/with%20space/p@%23h")]
    [InlineData("/a/b", "file:///a/b")]
    [InlineData("a b", "a%20b")]
    [InlineData("s3://bucket/a%20b", "S3://bucket/a b")]
    public void Every_spelling_of_a_file_is_one_name(string left, string right) => Assert.Equal(TablePath.Canonical(left, s_root), TablePath.Canonical(right, s_root));

    [Fact]
    public void Every_lawful_key_survives_the_way_through_the_log() =>
        Gen.String[Gen.Char["ab/=%:# ?é漢+&'\"\\<>|~.-_"], 1, 30].Where(StoreKey.IsLawful).Sample(key =>
        {
            string path = TablePath.FromKey(key);
            Assert.True(Uri.IsWellFormedUriString(path, UriKind.Relative), path);
            Assert.Equal(key, TablePath.ToKey(path, s_root));
        });
}
