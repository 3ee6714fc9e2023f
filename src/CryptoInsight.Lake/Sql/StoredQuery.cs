namespace CryptoInsight.Lake.Sql;

/// <summary>A stored view's query after the gate, and what it reads.</summary>
internal sealed record StoredQuery(SqlStatement.Query Query, IReadOnlyList<TableReference> References);
