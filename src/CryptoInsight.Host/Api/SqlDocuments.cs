namespace CryptoInsight.Host.Api;

/// <summary>A statement of the web console.</summary>
/// <param name="Statement">One statement.</param>
/// <param name="Id">A name by which it can be stopped; made by the caller, 8 to 64 letters, digits, - and _.</param>
public sealed record SqlRequest(string Statement, string? Id = null);

/// <summary>A table or view, for completion.</summary>
public sealed record SqlNameDocument(string Name, bool IsView, IReadOnlyList<string> Columns);

/// <summary>What the console may use.</summary>
public sealed record SqlLimitsDocument(int Workers, double WallSecondsMax, long MemoryBytesMax, int RowsMax);

/// <summary>What the console shows before anything is run.</summary>
public sealed record SqlSurfaceDocument(string Catalog, string Schema, IReadOnlyList<SqlNameDocument> Names, SqlLimitsDocument Limits);
