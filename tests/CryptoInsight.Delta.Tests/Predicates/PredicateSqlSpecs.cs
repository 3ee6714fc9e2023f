using CryptoInsight.Delta.Predicates;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Tests.Predicates;

public sealed class PredicateSqlSpecs
{
    [Theory]
    [InlineData("a = 1", "`a` = 1")]
    [InlineData("1 < a", "`a` > 1")]
    [InlineData("`od``d` <> 'it''s'", "`od``d` <> 'it''s'")]
    [InlineData("\"A b\" >= 1.50", "`A b` >= 1.50")]
    [InlineData("a between 1 and 5 AND not b is null", "((`a` >= 1 AND `a` <= 5) AND NOT (`b` IS NULL))")]
    [InlineData("a IN (1, -2,3) or b not in ('x')", "(`a` IN (1, -2, 3) OR NOT (`b` IN ('x')))")]
    [InlineData("dt = DATE '2026-01-02' and t < TIMESTAMP '2026-01-02 03:04:05'", "(`dt` = '2026-01-02' AND `t` < '2026-01-02 03:04:05')")]
    [InlineData("(a = 1 or b = 2) and c is not null", "((`a` = 1 OR `b` = 2) AND NOT (`c` IS NULL))")]
    [InlineData("a = true", "`a` = TRUE")]
    [InlineData("x'00ff' = a", "`a` = X'00FF'")]
    public void Text_is_read_and_written_back(string sql, string canonical)
    {
        Predicate predicate = PredicateSql.Parse(sql);
        Assert.Equal(canonical, PredicateSql.Write(predicate));
        Assert.Equal(canonical, PredicateSql.Write(PredicateSql.Parse(canonical)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("a =")]
    [InlineData("a = 'open")]
    [InlineData("a = 1 b = 2")]
    [InlineData("(a = 1")]
    [InlineData("a = 1;")]
    [InlineData("a IN ()")]
    [InlineData("a = 12abc")]
    [InlineData("drop table x")]
    public void Faults_are_named_and_not_guessed(string sql) => Assert.Throws<DeltaException>(() => PredicateSql.Parse(sql));

    [Fact]
    public void Nesting_without_end_is_refused() => Assert.Throws<DeltaException>(() => PredicateSql.Parse(new string('(', 100_000) + "a = 1"));

    [Fact]
    public void Dates_in_text_are_compared_as_dates()
    {
        StructType schema = new([new StructField("dt", DataType.Date)]);
        Apache.Arrow.RecordBatch batch = Data.RowBatches.Of(schema, [[20454L], [20455L], [null]]);
        Assert.Equal([0], PredicateEvaluator.Matches(PredicateSql.Parse("dt = '2026-01-01'"), schema, batch));
        Assert.Throws<DeltaException>(() => PredicateEvaluator.Matches(PredicateSql.Parse("dt = 'yesterday'"), schema, batch));
        Assert.Throws<DeltaException>(() => PredicateEvaluator.Matches(PredicateSql.Parse("nothing = 1"), schema, batch));
    }
}
