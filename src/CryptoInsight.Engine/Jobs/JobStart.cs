namespace CryptoInsight.Engine.Jobs;

/// <summary>Where a job takes up its work.</summary>
public enum JobStart
{
    /// <summary>Where its own table says it stands.</summary>
    Position,

    /// <summary>At the first row of its source: everything is judged or computed anew and compared with what is there.</summary>
    Beginning,
}
