namespace CryptoInsight.Lake.Sql;

/// <summary>A statement that cannot be carried out: says what is wrong with it, where, and what to write instead.</summary>
public sealed class SqlException(string message, Exception? inner = null) : Exception(message, inner);
