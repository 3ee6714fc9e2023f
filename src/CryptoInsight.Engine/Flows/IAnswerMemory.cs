namespace CryptoInsight.Engine.Flows;

/// <summary>Knows what was appended before, so that a whole history that is asked for every day does not lie in Bronze every day.</summary>
public interface IAnswerMemory<TRow>
{
    /// <summary>The rows of an answer that say something new.</summary>
    IReadOnlyList<TRow> News(IReadOnlyList<TRow> rows);

    /// <summary>These rows are durable in Bronze.</summary>
    void Appended(IReadOnlyList<TRow> rows);
}

/// <summary>Every answer is news.</summary>
public sealed class ForgetfulMemory<TRow> : IAnswerMemory<TRow>
{
    public IReadOnlyList<TRow> News(IReadOnlyList<TRow> rows) => rows;

    public void Appended(IReadOnlyList<TRow> rows)
    {
        // Nothing is kept.
    }
}
