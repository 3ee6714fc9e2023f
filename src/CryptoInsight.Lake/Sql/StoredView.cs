namespace CryptoInsight.Lake.Sql;

/// <summary>A view that users made, as it lies in the lake.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Query">Its query, as it was written; it passes the gate again whenever it is used.</param>
/// <param name="Columns">Names for its columns; empty: those of the query.</param>
/// <param name="CreatedAt">When it was made or replaced.</param>
public sealed record StoredView(string Name, string Query, IReadOnlyList<string> Columns, DateTimeOffset CreatedAt);
