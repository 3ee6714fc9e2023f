namespace CryptoInsight.Lake.Sql;

/// <summary>What a change of the lake answers: a few rows, and a sentence for people if the rows alone would leave a question open.</summary>
public sealed record ChangeAnswer(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<object?>> Rows)
{
    public string? Note { get; init; }
}
