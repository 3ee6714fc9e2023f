namespace CryptoInsight.Delta.Log;

/// <summary>A value that the log knows for certain.</summary>
/// <remarks>As literals of predicates: long (all integer types, dates as days, timestamps as micros), string, bool; null if the column has none in any row.</remarks>
/// <param name="Value">The value, or null.</param>
public sealed record KnownValue(object? Value);
