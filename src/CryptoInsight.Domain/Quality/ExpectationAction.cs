namespace CryptoInsight.Domain.Quality;

/// <summary>What happens to a row that breaks an expectation.</summary>
public enum ExpectationAction
{
    /// <summary>It is counted and goes on.</summary>
    Warn,

    /// <summary>It goes to the dead-letter table.</summary>
    Quarantine,

    /// <summary>The job stops: nobody may go on with such data.</summary>
    Fail,
}
