using CryptoInsight.Lake.Sql;

namespace CryptoInsight.Lake.Tests.Sql;

/// <summary>Reads whole answers.</summary>
internal static class Answers
{
    public static async Task<(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<object?>> Rows)> AskAsync(this SqlSession session, string statement)
    {
        await using SqlResult result = await session.ExecuteAsync(statement);
        return (result.Columns, await result.ReadAsync().ToListAsync());
    }

    public static async Task<object?> ValueAsync(this SqlSession session, string statement) => (await session.AskAsync(statement)).Rows.Single().Single();

    public static async Task<SqlException> RefusedAsync(this SqlSession session, string statement) => await Assert.ThrowsAsync<SqlException>(() => session.AskAsync(statement));
}
