namespace CryptoInsight.Lake.Sql;

/// <summary>What a token of SQL is.</summary>
internal enum SqlTokenKind
{
    /// <summary>A keyword or a bare name.</summary>
    Word,

    /// <summary>A name in double quotes or back-ticks.</summary>
    QuotedName,

    /// <summary>A literal text, whatever its quotes.</summary>
    Text,

    /// <summary>A number without a sign.</summary>
    Number,

    /// <summary>One character of punctuation or of an operator.</summary>
    Symbol,
}

/// <summary>One token and where it lies in the text.</summary>
internal readonly record struct SqlToken(SqlTokenKind Kind, int Start, int Length)
{
    public int End => Start + Length;
}
