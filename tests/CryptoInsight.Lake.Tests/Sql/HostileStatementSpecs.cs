using CryptoInsight.Lake.Sql;

namespace CryptoInsight.Lake.Tests.Sql;

/// <summary>Statements that try to read files, write, change the session or get past the gate.</summary>
public sealed class HostileStatementSpecs(HostileStatementSpecs.Fixture lake) : IClassFixture<HostileStatementSpecs.Fixture>
{
    public static TheoryData<string> Refused => [.. HostileStatements.All];

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Statement_is_refused_and_the_session_goes_on(string statement)
    {
        string text = statement.Replace("{table}", lake.TableFolder, StringComparison.Ordinal);

        await lake.Sql.RefusedAsync(text);

        Assert.Equal(144L, await lake.Sql.ValueAsync("SELECT COUNT(close) FROM silver_charts"));
        Assert.False(File.Exists("/tmp/x.csv"));
    }

    [Fact]
    public void There_are_at_least_three_hundred_of_them()
    {
        Assert.True(HostileStatements.All.Count >= 300, $"{HostileStatements.All.Count} statements");
        Assert.Equal(HostileStatements.All.Count, HostileStatements.All.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task No_table_function_of_the_database_can_be_called_but_those_that_make_rows_of_their_arguments()
    {
        string[] harmless = ["range", "generate_series", "unnest", "json_each", "json_tree", "repeat_row"];
        IReadOnlyList<string> all = DatabaseFunctions.Names("table", "table_macro", "pragma");
        Assert.True(all.Count > 60, $"{all.Count} functions");

        foreach (string function in all.Except(harmless))
        {
            await lake.Sql.RefusedAsync($"SELECT * FROM \"{function}\"()");
            await lake.Sql.RefusedAsync($"SELECT * FROM system.main.{function}('/etc/passwd')");
            await lake.Sql.RefusedAsync($"CALL {function}()");
        }
    }

    [Fact]
    public async Task Message_shows_nothing_of_a_hostile_name()
    {
        SqlException refused = await lake.Sql.RefusedAsync("SELECT * FROM \"\u001b[31m<script>\"");

        Assert.DoesNotContain("script", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', refused.Message);
    }

    [Fact]
    public async Task Nesting_without_end_is_refused_and_does_not_end_the_process()
    {
        string deep = string.Concat(Enumerable.Repeat("(SELECT ", 5_000)) + "1" + new string(')', 5_000);

        await lake.Sql.RefusedAsync("SELECT " + deep);
    }

    [Fact]
    public async Task Text_in_the_data_is_never_run()
    {
        Assert.Equal("[\"no time; DROP TABLE x; -- 'quoted'\"]", await lake.Sql.ValueAsync("SELECT raw_json FROM bronze_charts WHERE unique_key IS NULL"));
        Assert.Equal("a;b--c/*d*/ VERSION AS OF 1", await lake.Sql.ValueAsync("SELECT 'a;b--c/*d*/ VERSION AS OF 1' /* ; */ -- ; DROP"));
    }

    public sealed class Fixture : IAsyncLifetime
    {
        private SampleLake _lake = null!;

        public SqlSession Sql { get; private set; } = null!;

        public string TableFolder => _lake.TableFolder("silver_charts");

        public async Task InitializeAsync()
        {
            _lake = await SampleLake.FilledAsync();
            Sql = _lake.OpenSql();
        }

        public async Task DisposeAsync()
        {
            await Sql.DisposeAsync();
            await _lake.DisposeAsync();
        }
    }
}
