namespace CryptoInsight.Delta;

/// <summary>One of several parts of a table's rows, cut by a hash of their keys: rows of one key are in one part, in every version and in every table with key columns of these types.</summary>
/// <remarks>Comparing or joining tables part by part needs the memory of one part. A part is read by reading the whole table and keeping its rows, so more parts cost more reading.</remarks>
/// <param name="KeyColumns">The key columns, in the same order for every table that takes part.</param>
/// <param name="Index">Which part: from 0 to <paramref name="Count"/> - 1.</param>
/// <param name="Count">How many parts.</param>
public sealed record KeyBucket(IReadOnlyList<string> KeyColumns, int Index, int Count);
