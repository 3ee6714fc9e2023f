using System.Text.Json;

namespace CryptoInsight.Lake.Sql;

/// <summary>One place of a query where a table, a view or a stand-in is read.</summary>
/// <param name="Name">The name of the lake's table or view, or the stand-in's.</param>
/// <param name="Select">The SELECT that reads it and nothing else, or null: then no condition of the query can be used to leave files out.</param>
internal sealed record TableReference(string Name, JsonElement? Select);
