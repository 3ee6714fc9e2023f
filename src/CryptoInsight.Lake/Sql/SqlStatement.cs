namespace CryptoInsight.Lake.Sql;

/// <summary>What one statement asks for. A closed union.</summary>
internal abstract record SqlStatement
{
    private SqlStatement()
    {
    }

    /// <summary>Anything that DuckDB is to answer, after the gate: <paramref name="Text"/> has stand-in names where a table was asked for as of a version or an instant.</summary>
    public sealed record Query(string Text, IReadOnlyDictionary<string, TimeTravel> StandIns) : SqlStatement;

    /// <summary><c>DESCRIBE DETAIL T</c>.</summary>
    public sealed record DescribeDetail(string Table) : SqlStatement;

    /// <summary><c>DESCRIBE HISTORY T [LIMIT n]</c>.</summary>
    public sealed record DescribeHistory(string Table, int? Limit) : SqlStatement;

    /// <summary><c>SHOW TABLES</c>.</summary>
    public sealed record ShowTables : SqlStatement;

    /// <summary><c>SHOW VIEWS</c>.</summary>
    public sealed record ShowViews : SqlStatement;

    /// <summary>A statement that changes the lake.</summary>
    public sealed record Change(LakeChange What) : SqlStatement;

    /// <summary>A statement that changes nothing here because what it asks for is so already, such as <c>CREATE SCHEMA IF NOT EXISTS</c>.</summary>
    public sealed record AlreadySo(string Answer) : SqlStatement;
}

/// <summary>A table as of a version or an instant (one of the two is set).</summary>
internal sealed record TimeTravel(string Table, long? Version, DateTimeOffset? Instant);
